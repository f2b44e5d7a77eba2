"""Say what a trained model sees in pictures: predict.py runs/mlp my-five.png."""

from dltut.flags import run
from dltut.predict import command

if __name__ == "__main__":
    run(command)
