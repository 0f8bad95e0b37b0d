"""One small network on LiteRT: arrays in, arrays out, nothing fetched, one thread.

Loading takes tens of milliseconds and running some of them: both belong to the thread that judges, never to the event
loop. An interpreter serves one thread at a time.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from ai_edge_litert.interpreter import Interpreter
from numpy.typing import NDArray

from appliance.errors import ModelError
from appliance.face.standard_error import without_lines

Tensor = NDArray[np.float32]
Shape = tuple[int, ...]

_GREETING: Final = b"INFO: Created TensorFlow Lite"
_MARK: Final = slice(4, 8)
_FORMAT: Final = b"TFL3"
"""What every such file bears; anything else is not given to a parser that trusts its input."""


class Network:
    """Holds an interpreter and its memory. One thread at a time."""

    def __init__(self, file: bytes, *, takes: Shape, gives: tuple[Shape, ...], threads: int = 1) -> None:
        """From the bytes of a `.tflite` file whose hash has been checked: LiteRT itself believes what it reads.

        `takes` and `gives` are the shapes of its one input and of its outputs in their order, all float32.
        Raises ModelError `model-invalid` for any other network.
        """
        if file[_MARK] != _FORMAT:
            raise _invalid("its file is not a LiteRT network")
        try:
            with without_lines(_GREETING):
                interpreter = Interpreter(model_content=file, num_threads=threads)
                interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise _invalid(f"LiteRT cannot load it ({type(error).__name__})") from error
        inputs, outputs = interpreter.get_input_details(), interpreter.get_output_details()
        found = tuple(tuple(int(edge) for edge in one["shape"]) for one in (*inputs, *outputs))
        if len(inputs) != 1 or found != (takes, *gives) or any(one["dtype"] != np.float32 for one in inputs + outputs):
            raise _invalid("what it takes and gives is of another shape or kind")
        self._interpreter = interpreter
        self._input = inputs[0]["index"]
        self._outputs = [one["index"] for one in outputs]

    def __call__(self, values: Tensor) -> list[Tensor]:
        """What it makes of `values`, which have the input's shape. The results are copies: they stay as they are."""
        self._interpreter.set_tensor(self._input, values)
        self._interpreter.invoke()
        return [np.asarray(self._interpreter.get_tensor(index), np.float32) for index in self._outputs]


def probability(logit: float) -> float:
    """From 0 to 1; a network's certainty before it was squeezed."""
    return float(1 / (1 + np.exp(-np.clip(logit, -80, 80))))


def _invalid(what: str) -> ModelError:
    return ModelError(f"A network for faces is not used: {what}.", code="model-invalid")
