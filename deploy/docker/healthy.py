"""Exit 0 when an address answers 200: the health check of an image that has no curl."""

import sys
import urllib.request

with urllib.request.urlopen(sys.argv[1], timeout=4) as response:  # noqa: S310 - our own address
    sys.exit(0 if response.status == 200 else 1)
