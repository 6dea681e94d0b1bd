"""Makes pods that `podman kube play` can run from the rendered manifests: pods.py MANIFESTS FOLDER IMAGE_TAG KEYS

What podman does not know is done in its place: Services (each pod is named as the Service that leads to it), the Secret of keys (the folder
KEYS of this machine), probes (nothing would run them), the pod's address (known too late), ports (all would be published at once) and the
number of pods (one of each). Everything else of a pod is as the manifests say. Prints the pods, one a line.
"""

import pathlib
import sys

import yaml


def main(manifests, folder, tag, keys):
    documents = [each for each in yaml.safe_load_all(open(manifests, encoding="utf-8")) if each]
    config = [each for each in documents if each["kind"] == "ConfigMap"]
    for each in documents:
        if each["kind"] not in ("Deployment", "Job"):
            continue
        name = each["metadata"]["name"]
        template = each["spec"]["template"]
        spec = template["spec"]
        spec["restartPolicy"] = "Always" if each["kind"] == "Deployment" else "OnFailure"
        for container in spec["containers"]:
            container.pop("ports", None)  # podman would publish them
            # Its address is known to podman only after the start; the process finds it by itself.
            container["env"] = [each for each in container.get("env", []) if "fieldRef" not in (each.get("valueFrom") or {})]
            for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
                container.pop(probe, None)  # asked for by the test
            container["image"] = container["image"].rsplit(":", 1)[0] + ":" + tag
        for volume in spec.get("volumes", []):
            if "secret" in volume:
                assert volume.pop("secret")["secretName"] == "zhida-keys"
                volume["hostPath"] = {"path": keys, "type": "Directory"}
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "labels": template["metadata"]["labels"]}, "spec": spec}
        pathlib.Path(folder, name + ".yaml").write_text(yaml.safe_dump_all(config + [pod]), encoding="utf-8")
        print(name)


if __name__ == "__main__":
    main(*sys.argv[1:])
