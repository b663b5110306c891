#!/bin/sh
# Prints the path of a Python of a version such as 3.12, if this machine has one.
set -eu
version=$1

# On the PATH, in pyenv's folder, where uv puts them, and the one that is simply called python3.
# pyenv has a python3.12 on the PATH that runs only if it was chosen: so each is tried.
for candidate in \
  "python$version" \
  "${PYENV_ROOT:-$HOME/.pyenv}/versions/$version".*/bin/python \
  "${UV_PYTHON_INSTALL_DIR:-$HOME/.local/share/uv/python}/cpython-$version".*/bin/python3 \
  python3; do
  path=$("$candidate" -c '
import sys
if sys.argv[1] == "%d.%d" % sys.version_info[:2]:
    print(sys.executable)
' "$version" 2>/dev/null) || continue
  if [ -n "$path" ]; then
    echo "$path"
    exit
  fi
done
exit 1
