import signal
import sys

limit = sys.getrecursionlimit()
import py_ecc  # noqa: E402, F401  some tests compare with it

sys.setrecursionlimit(limit)  # it raises it, and deep JSON would end the interpreter

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # so a shell begins what it runs in the background
    signal.signal(signal.SIGINT, signal.default_int_handler)  # else processes that tests interrupt would not end
