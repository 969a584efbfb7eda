import sys

limit = sys.getrecursionlimit()
import py_ecc  # noqa: E402, F401  some tests compare with it

sys.setrecursionlimit(limit)  # it raises it, and deep JSON would end the interpreter
