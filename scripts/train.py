"""Train what a configuration file describes: train.py experiments/mlp.yaml."""

from dltut.flags import run
from dltut.train import train

if __name__ == "__main__":
    run(train)
