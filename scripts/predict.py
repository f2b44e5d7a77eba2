"""Say what a trained model sees in pictures: predict.py runs/mlp my-five.png."""

from dltut.commands import flags
from dltut.commands.predict import command

if __name__ == "__main__":
    flags.run(command)
