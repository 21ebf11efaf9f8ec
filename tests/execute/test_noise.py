"""What libraries log while they start."""

from __future__ import annotations

from celldeck.execute.noise import without_noise

TENSORFLOW = """\
2026-01-31 10:00:00.123456: I external/local_xla/xla/tsl/cuda/cudart_stub.cc:31] Could not find cuda drivers.
WARNING: All log messages before absl::InitializeLog() is called are written to STDERR
I0000 00:00:1738317600.123456    4242 port.cc:153] oneDNN custom operations are on. You may see differences.
E0000 00:00:1738317600.123456    4242 cuda_dnn.cc:8310] Unable to register cuDNN factory
2026-01-31 10:00:00.2: I tensorflow/core/platform/cpu_feature_guard.cc:210] This binary is optimized.
To enable the following instructions: AVX2 FMA, in other operations, rebuild TensorFlow with the appropriate \
compiler flags.
"""


def test_the_start_of_tensorflow_leaves_nothing() -> None:
    assert without_noise(TENSORFLOW) == ""


def test_what_a_cell_writes_itself_stays() -> None:
    own = "2026-01-31 10:00:00 INFO starts\nI think: a[0] = 1\ntalk.md:4: UserWarning: careful\n  warn()\n"
    assert without_noise(own) == own
    assert without_noise("before\n" + TENSORFLOW + "after") == "before\nafter"


def test_a_warning_does_not_say_where_a_library_is_installed() -> None:
    told = (
        "/home/a b/v/lib/python3.11/site-packages/keras/src/x.py:74: UserWarning: careful\n  warnings.warn(\n"
    )
    assert without_noise(told) == "keras/src/x.py:74: UserWarning: careful\n  warnings.warn(\n"
    assert without_noise("/v/site-packages/x: gone\nWarning: x") == "/v/site-packages/x: gone\nWarning: x"


def test_the_advice_after_system_exit_is_for_people_at_a_prompt() -> None:
    told = (
        "/lib/IPython/core/interactiveshell.py:3755: UserWarning: To exit: use 'exit', 'quit', or Ctrl-D.\n"
        "  warn(\"To exit: use 'exit', 'quit', or Ctrl-D.\", stacklevel=1)\n"
    )
    assert without_noise(told) == ""
