# Containers without a Docker engine: podman with a network namespace of its own, so that the machine's network stays as it is.

export CONTAINERS_CONF=$tools/containers.conf
network=zhida-test

# One at a time on a machine: names of pods and ports are the same in each. Who is called by the one that has it need not ask.
if [ -z "${ZHIDA_CONTAINERS:-}" ]; then
  exec 9>"$tools/containers.lock"
  flock 9
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
  [ $status -eq 0 ] || tail -n 20 "$archive.log"
  rm -f "$archive" "$archive.log"
  return $status
}

private_network() {
  ip netns list | grep -qw "$network" || ip netns add "$network"
  ip -n "$network" link set lo up
}

# Runs a command where the containers' networks and published ports are. (Not `ip netns exec`: it hides the control groups.)
inside() { nsenter --net="/run/netns/$network" "$@"; }

build_image() {  # NAME DOCKERFILE [options…]
  local name=$1 file=$2; shift 2
  podman build --network=host --pull=never --format=docker -q -t "localhost/$name:test" -f "$file" "$@" "$root"
}
