"""Train what a configuration file describes: train.py experiments/mlp.yaml."""

from dltut.commands import flags
from dltut.commands.train import train

if __name__ == "__main__":
    flags.run(train)
