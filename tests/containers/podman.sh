# Containers without a Docker engine: podman with a network namespace of its own, so that the machine's network stays as it is.

export CONTAINERS_CONF=$tools/containers.conf
network=zhida-test

# One at a time on a machine: names of pods and ports are the same in each. Who is called by the one that has it need not ask.
if [ -z "${ZHIDA_CONTAINERS:-}" ]; then
  exec 9>"$tools/containers.lock"
  if ! flock -w 900 9; then skipped containers "another run on this machine has held them for 15 minutes"; exit 0; fi
  export ZHIDA_CONTAINERS=held
fi

write_podman_settings() {
  cat >"$CONTAINERS_CONF" <<'C'
[containers]
default_ulimits = ["nofile=16384:16384", "nproc=16384:16384"]
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "file"
[network]
network_backend = "netavark"
C
}

# An image equal to the published debian:bookworm-slim, made here once: no image registry is needed.
base_image() {
  podman image exists localhost/debian:bookworm-slim && return
  local archive; archive=$(mktemp --suffix=.tar)
  local slim='DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb /var/cache/apt/*.bin || true"; };'
  # usr-is-merged and its hook keep perl out; without the settings of apt each image would carry apt's cache files.
  mmdebstrap --quiet --variant=minbase --format=tar \
    --include=usr-is-merged --hook-dir=/usr/share/mmdebstrap/hooks/merged-usr \
    --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-include=/usr/share/doc/*/copyright' \
    --dpkgopt='path-exclude=/usr/share/man/*' --dpkgopt='path-exclude=/usr/share/info/*' \
    --dpkgopt='path-exclude=/usr/share/locale/*' --dpkgopt='path-exclude=/usr/share/lintian/*' \
    --customize-hook="printf '%s\n' '$slim' 'Dir::Cache::pkgcache \"\";' 'Dir::Cache::srcpkgcache \"\";' 'Acquire::Languages \"none\";' 'Acquire::GzipIndexes \"true\";' 'Apt::AutoRemove::SuggestsImportant \"false\";' >\"\$1/etc/apt/apt.conf.d/docker-slim\"" \
    --customize-hook='rm -f "$1"/var/cache/apt/*.bin "$1/etc/hostname" "$1/etc/resolv.conf"' \
    bookworm "$archive" >"$archive.log" 2>&1 &&
    podman import -q --change 'CMD ["bash"]' "$archive" localhost/debian:bookworm-slim >/dev/null
  local status=$?
  [ $status -eq 0 ] || grep -m 1 -E "^(E|W|Err):|Could not" "$archive.log" | cut -c 1-200
  rm -f "$archive" "$archive.log"
  return $status
}

private_network() {
  ip netns list | grep -qw "$network" || ip netns add "$network"
  ip -n "$network" link set lo up
}

# Runs a command where the containers' networks and published ports are. (Not `ip netns exec`: it hides the control groups.)
inside() { nsenter --net="/run/netns/$network" "$@"; }

# Whether containers run here at all: in a control group, with a memory limit, on a network of their own. Prints why not.
probe() {
  local output
  output=$(inside podman run --rm --pull=never --network podman --memory 32m --read-only --cap-drop=ALL localhost/debian:bookworm-slim true 2>&1) && return
  echo "podman cannot run a container here: $(tail -n 1 <<<"$output" | cut -c 1-200)"
  return 1
}

# The image of the run before goes with its own layers; what both stand on stays.
build_image() {  # NAME DOCKERFILE [options…]
  local name=localhost/$1:test file=$2 before; shift 2
  before=$(podman image inspect -f '{{.Id}}' "$name" 2>/dev/null)
  podman build --network=host --pull=never --format=docker -t "$name" -f "$file" "$@" "$root" 9>&- || return 1
  [ -z "$before" ] || [ "$before" = "$(podman image inspect -f '{{.Id}}' "$name")" ] || podman rmi "$before"
}

# Where packages are out of reach an image cannot be built, and nothing is wrong with it.
without_packages() { grep -E -m 1 'Temporary failure resolving|Could not resolve|Failed to fetch|Cannot initiate the connection|Could not connect' "$1" | cut -c 1-200; }
