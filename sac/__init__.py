"""The engine: a plain library, usable from a notebook."""

import os

# Unless told not to before its first product, MKL adds up in an order that depends on where in memory its
# matrices lie, and so on how many agents train side by side. It costs no time.
os.environ.setdefault("MKL_CBWR", "AUTO")
