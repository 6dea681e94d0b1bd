"""What the compose file promises, beyond its syntax: nothing may do more than it must, and only the gateway is reached from outside."""

import sys

import settings
import yaml


def problems(document):
    found = []
    services = document["services"]
    for name, service in services.items():

        def must(condition, sentence):
            if not condition:
                found.append(f"{name}: {sentence}")

        must(service.get("read_only") is True, "its root file system can be written")
        must(service.get("cap_drop") == ["ALL"], "it keeps capabilities")
        must("no-new-privileges:true" in service.get("security_opt", []), "it may gain privileges")
        must("mem_limit" in service, "its memory has no limit")
        must("restart" in service, "nothing says when it is started again")
        must("healthcheck" in service, "nobody asks for its health")
        must(not service.get("privileged"), "it is privileged")
        must(name == "gateway" or not service.get("ports"), "it publishes a port")
        must(service.get("image", "").startswith("localhost/"), "its image comes from elsewhere")
        for variable in service.get("environment") or {}:
            must(variable in settings.known(), f"no program knows {variable}")
        for dependency in service.get("depends_on") or {}:
            must(dependency in services, f"it waits for {dependency}, which there is not")
    for name in ("broker", "redis", "keys", "topics", "operator", "matcher", "dispatcher", "page", "effect", "gateway", "sample"):
        if name not in services:
            found.append(f"there is no {name}")
    if services.get("sample", {}).get("profiles") != ["sample"]:
        found.append("the sample is loaded without being asked for")
    return found


if __name__ == "__main__":
    mistakes = problems(yaml.safe_load(open(sys.argv[1], encoding="utf-8")))
    print("\n".join(mistakes))
    sys.exit(1 if mistakes else 0)
