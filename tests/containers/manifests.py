"""What the manifests promise, beyond their schemas. `--break` breaks them in each of several ways and fails when one goes unnoticed."""

import copy
import sys

import settings
import yaml

SERVICES = ("operator", "matcher", "dispatcher", "page", "effect")
PROCESSES = SERVICES + ("gateway",)


def of_kind(documents, kind):
    return [each for each in documents if each["kind"] == kind]


def named(documents, kind, name):
    return next((each for each in of_kind(documents, kind) if each["metadata"]["name"] == name), None)


def matches(selector, labels):
    for key, value in (selector.get("matchLabels") or {}).items():
        if labels.get(key) != value:
            return False
    for rule in selector.get("matchExpressions") or []:
        if rule["operator"] != "In" or labels.get(rule["key"]) not in rule["values"]:
            return False
    return True


def pod_problems(owner, pod, config):
    found = []

    def must(condition, sentence):
        if not condition:
            found.append(f"{owner}: {sentence}")

    spec = pod["spec"]
    security = spec.get("securityContext", {})
    must(security.get("runAsNonRoot") is True and security.get("runAsUser", 0) > 0, "it may run as root")
    must(security.get("seccompProfile", {}).get("type") == "RuntimeDefault", "no seccomp profile")
    must(spec.get("automountServiceAccountToken") is False, "it gets a token of the API server")
    must(spec.get("enableServiceLinks") is False, "names of Services become environment variables")
    volumes = {volume["name"] for volume in spec.get("volumes", [])}
    for container in spec["containers"]:
        own = container.get("securityContext", {})
        must(own.get("allowPrivilegeEscalation") is False, "it may gain privileges")
        must(own.get("readOnlyRootFilesystem") is True, "its root file system can be written")
        must(own.get("capabilities", {}).get("drop") == ["ALL"], "it keeps capabilities")
        resources = container.get("resources", {})
        for bound in ("requests", "limits"):
            for what in ("cpu", "memory"):
                must(what in resources.get(bound, {}), f"no {bound} of {what}")
        must(":latest" not in container["image"] or container["image"].startswith("localhost/"), "its image has no version")
        for mount in container.get("volumeMounts", []):
            must(mount["name"] in volumes, f"volume {mount['name']} is mounted, which there is not")
        for variable in container.get("env", []):
            must(variable["name"] in settings.known(), f"no program knows {variable['name']}")
            secret = variable["name"] == "ZHIDA_REDIS" and "@" in variable.get("value", "")
            must(not secret and "PASSWORD" not in variable["name"], f"{variable['name']} holds a secret in plain")
        for source in container.get("envFrom", []):
            must(source["configMapRef"]["name"] in config, f"ConfigMap {source['configMapRef']['name']} is missing")
    return found


# What tells that a service's partitions fall behind. That processes show it: tests/seeing.
LAG = {
    "matcher": ("zhida_matcher_deciding", {}),
    "dispatcher": ("zhida_dispatcher_queue_age_seconds", {}),
    "effect": ("zhida_fold_lag_records", {"fold": "deliveries"}),
}

# Who asks whom at the port "http".
ASKS = (("gateway", "operator"), ("gateway", "page"), ("gateway", "effect"), ("operator", "matcher"))


def passes(policies, asker, asked):
    """Whether the policies let pods with these labels ask those: out there, and in here."""

    def opens(policy, direction, peer, selected):
        if direction not in policy["spec"]["policyTypes"] or not matches(policy["spec"]["podSelector"], selected):
            return False
        for rule in policy["spec"].get(direction.lower()) or []:
            peers = rule.get("to" if direction == "Egress" else "from")
            named_ports = [each["port"] for each in rule.get("ports", [])]
            if "http" in named_ports and (peers is None or any("namespaceSelector" not in each and matches(each.get("podSelector", {}), peer) for each in peers)):
                return True
        return False

    return any(opens(each, "Egress", asked, asker) for each in policies) and any(opens(each, "Ingress", asker, asked) for each in policies)


def problems(documents, overlay):
    found = []
    config = {each["metadata"]["name"]: each["data"] for each in of_kind(documents, "ConfigMap")}
    deployments = {each["metadata"]["name"]: each for each in of_kind(documents, "Deployment")}
    pods = {name: each["spec"]["template"] for name, each in deployments.items()}
    pods.update({each["metadata"]["name"]: each["spec"]["template"] for each in of_kind(documents, "Job")})

    if of_kind(documents, "Secret"):
        found.append("a Secret stands in the manifests: they may only name it")
    for data in config.values():
        for key, value in data.items():
            if key not in settings.known():
                found.append(f"no program knows the setting {key}")
            if key in ("ZHIDA_REDIS", "ZHIDA_KAFKA_USER") or "://" in value:
                found.append(f"{key} belongs into a Secret")
        if data.get("ZHIDA_CREATE_TOPICS") != "false":
            found.append("services make topics, not the job")
    for owner, pod in pods.items():
        found += pod_problems(owner, pod, config)

    job = named(documents, "Job", "topics")
    if not job or job["spec"]["template"]["spec"]["containers"][0]["command"] != ["zhida", "topics", "--create-topics", "true"]:
        found.append("no job makes the topics")

    for name in PROCESSES:
        if name not in deployments:
            found.append(f"there is no {name}")
            continue
        deployment, pod = deployments[name], pods[name]
        labels, container = pod["metadata"]["labels"], pod["spec"]["containers"][0]
        if not matches(deployment["spec"]["selector"], labels):
            found.append(f"{name}: its selector does not choose its own pods")
        # What docker/monitoring/prometheus-kubernetes.yml finds and names processes by.
        if labels.get("app.kubernetes.io/component") != name or "metrics" not in [port["name"] for port in container.get("ports", [])]:
            found.append(f"{name}: Prometheus does not find it")
        for probe, path in (("startupProbe", "/healthz"), ("livenessProbe", "/healthz"), ("readinessProbe", "/readyz")):
            if container.get(probe, {}).get("httpGet", {}).get("path") != path:
                found.append(f"{name}: no {probe} asks for {path}")
        if pod["spec"].get("terminationGracePeriodSeconds", 0) < 15:
            found.append(f"{name}: it is killed before it has drained")
        spread = pod["spec"].get("topologySpreadConstraints", [])
        if {each["topologyKey"] for each in spread} != {"topology.kubernetes.io/zone", "kubernetes.io/hostname"}:
            found.append(f"{name}: it is not spread over zones and nodes")
        budgets = [each for each in of_kind(documents, "PodDisruptionBudget") if matches(each["spec"]["selector"], labels)]
        if len(budgets) != 1:
            found.append(f"{name}: {len(budgets)} disruption budgets choose it")
        scaled = named(documents, "HorizontalPodAutoscaler", name)
        if overlay == "production" and scaled is None:
            found.append(f"{name}: nothing scales it")
        if scaled and "replicas" in deployment["spec"]:
            found.append(f"{name}: its number is fixed and scaled")
        variables = {each["name"]: each for each in container.get("env", [])}
        if name in SERVICES and variables.get("ZHIDA_ADVERTISE", {}).get("valueFrom") != {"fieldRef": {"fieldPath": "status.podIP"}}:
            found.append(f"{name}: it does not say where it is found")
        if name in SERVICES and not any(
            volume.get("secret", {}).get("secretName") == "zhida-keys" for volume in pod["spec"].get("volumes", [])
        ):
            found.append(f"{name}: it has no keys")

    for scaler in of_kind(documents, "HorizontalPodAutoscaler"):
        spec, name = scaler["spec"], scaler["metadata"]["name"]
        if spec["scaleTargetRef"]["name"] not in deployments:
            found.append(f"autoscaler {name}: there is no {spec['scaleTargetRef']['name']}")
        if not 2 <= spec["minReplicas"] <= spec["maxReplicas"]:
            found.append(f"autoscaler {name}: from {spec['minReplicas']} to {spec['maxReplicas']}")
        if name in LAG:
            followed = [metric["pods"]["metric"] for metric in spec["metrics"] if metric["type"] == "Pods"]
            if [(each["name"], each.get("selector", {}).get("matchLabels", {})) for each in followed] != [LAG[name]]:
                found.append(f"autoscaler {name}: it does not follow its lag")
            for data in config.values():
                if spec["maxReplicas"] > int(data["ZHIDA_PARTITIONS"]):
                    found.append(f"autoscaler {name}: more processes than partitions")

    policies = of_kind(documents, "NetworkPolicy")
    if not any(
        each["spec"]["podSelector"] == {} and sorted(each["spec"]["policyTypes"]) == ["Egress", "Ingress"]
        and not each["spec"].get("ingress") and not each["spec"].get("egress")
        for each in policies
    ):
        found.append("what no policy names may pass")
    for policy in policies:
        if not any(matches(policy["spec"]["podSelector"], pod["metadata"]["labels"]) for pod in pods.values()):
            found.append(f"policy {policy['metadata']['name']} chooses no pod")
    for asker, asked in ASKS:
        if asker in pods and asked in pods and not passes(policies, pods[asker]["metadata"]["labels"], pods[asked]["metadata"]["labels"]):
            found.append(f"{asker} cannot ask {asked}")
    for service in of_kind(documents, "Service"):
        chosen = [pod for pod in pods.values() if matches({"matchLabels": service["spec"]["selector"]}, pod["metadata"]["labels"])]
        ports = {port["name"] for pod in chosen for container in pod["spec"]["containers"] for port in container.get("ports", [])}
        if len(chosen) != 1 or any(port["targetPort"] not in ports for port in service["spec"]["ports"]):
            found.append(f"Service {service['metadata']['name']} leads nowhere")
    for data in config.values():
        for variable in ("ZHIDA_OPERATOR", "ZHIDA_PAGE", "ZHIDA_EFFECT"):
            name, port = data[variable].split(":")
            service = named(documents, "Service", name)
            if service is None:
                found.append(f"{variable} names no Service")
                continue
            if service["spec"].get("clusterIP") != "None":
                found.append(f"Service {name} hides its processes from the gateway, which watches each")
            # Nobody stands between that would turn one port into another.
            containers = pods[name]["spec"]["containers"] if name in pods else []
            own = [each["containerPort"] for container in containers for each in container["ports"] if each["name"] == "http"]
            if own != [int(port)] or [each["port"] for each in service["spec"]["ports"]] != own:
                found.append(f"{variable} names a port at which no process listens")
    namespace = named(documents, "Namespace", "zhida")
    if not namespace or namespace["metadata"]["labels"].get("pod-security.kubernetes.io/enforce") != "restricted":
        found.append("the namespace lets in pods that are not restricted")
    return found


def container_of(documents, name):
    return named(documents, "Deployment", name)["spec"]["template"]["spec"]["containers"][0]


def put_password(container):
    redis = next(variable for variable in container["env"] if variable["name"] == "ZHIDA_REDIS")
    redis.pop("valueFrom", None)
    redis["value"] = "redis://:secret@redis:6379"


def breakages():
    def drop(kind, name):
        return lambda documents: documents.remove(named(documents, kind, name))

    def in_container(name, change):
        return lambda documents: change(container_of(documents, name))

    def in_spec(kind, name, change):
        return lambda documents: change(named(documents, kind, name)["spec"])

    return {
        "no memory limit": in_container("matcher", lambda it: it["resources"]["limits"].pop("memory")),
        "a root file system that can be written": in_container("page", lambda it: it["securityContext"].pop("readOnlyRootFilesystem")),
        "capabilities": in_container("effect", lambda it: it["securityContext"].pop("capabilities")),
        "no port of metrics": in_container("effect", lambda it: it["ports"].pop()),
        "no readiness": in_container("operator", lambda it: it.pop("readinessProbe")),
        "liveness that asks for readiness": in_container("page", lambda it: it["livenessProbe"]["httpGet"].update(path="/readyz")),
        "a setting nobody knows": in_container("page", lambda it: it["env"].append({"name": "ZHIDA_REDDIS", "value": "x"})),
        "a password in plain": in_container("page", put_password),
        "a Secret": lambda documents: documents.append({"kind": "Secret", "metadata": {"name": "zhida-keys"}}),
        "no disruption budget": drop("PodDisruptionBudget", "dispatcher"),
        "no job of topics": drop("Job", "topics"),
        "operators cannot ask": drop("NetworkPolicy", "questions"),
        "matchers cannot be asked": drop("NetworkPolicy", "from-operator"),
        "the gateway cannot ask": drop("NetworkPolicy", "from-gateway"),
        "no address": in_container("matcher", lambda it: it.update(env=[each for each in it["env"] if each["name"] != "ZHIDA_ADVERTISE"])),
        "everything may pass": drop("NetworkPolicy", "default-deny"),
        "a policy for nobody": in_spec("NetworkPolicy", "gateway", lambda it: it["podSelector"]["matchLabels"].update({"x": "y"})),
        "a Service that chooses nobody": in_spec("Service", "page", lambda it: it["selector"].update({"x": "y"})),
        "no Service of effect": drop("Service", "effect"),
        "one address for all of page": in_spec("Service", "page", lambda it: it.pop("clusterIP")),
        "another port of a Service than of its pods": in_spec("Service", "page", lambda it: it["ports"][0].update(port=80)),
        "killed while draining": in_spec("Deployment", "effect", lambda it: it["template"]["spec"].update(terminationGracePeriodSeconds=5)),
        "no spread": in_spec("Deployment", "page", lambda it: it["template"]["spec"].pop("topologySpreadConstraints")),
        "root": in_spec("Deployment", "gateway", lambda it: it["template"]["spec"].pop("securityContext")),
        "no keys": in_spec("Deployment", "matcher", lambda it: it["template"]["spec"].pop("volumes")),
        "an open namespace": lambda documents: named(documents, "Namespace", "zhida")["metadata"]["labels"].clear(),
    }


def breakages_of_production():
    def in_scaler(name, change):
        return lambda documents: change(named(documents, "HorizontalPodAutoscaler", name)["spec"])

    return {
        "more processes than partitions": in_scaler("matcher", lambda it: it.update(maxReplicas=1000)),
        "no lag": in_scaler("dispatcher", lambda it: it["metrics"].pop(0)),
        "the lag of folds that all have": in_scaler("effect", lambda it: it["metrics"][0]["pods"]["metric"].pop("selector")),
        "fewer at most than at least": in_scaler("page", lambda it: it.update(maxReplicas=1)),
        "an autoscaler of nothing": in_scaler("page", lambda it: it["scaleTargetRef"].update(name="pages")),
    }


def main(arguments):
    overlay, path = arguments[-2:]
    documents = [each for each in yaml.safe_load_all(open(path, encoding="utf-8")) if each]
    if arguments[0] != "--break":
        return problems(documents, overlay)
    unnoticed = []
    ways = {**breakages(), **(breakages_of_production() if overlay == "production" else {})}
    for name, change in ways.items():
        broken = copy.deepcopy(documents)
        change(broken)
        if not problems(broken, overlay):
            unnoticed.append(f"unnoticed: {name}")
    return unnoticed


if __name__ == "__main__":
    mistakes = main(sys.argv[1:])
    print("\n".join(mistakes))
    sys.exit(1 if mistakes else 0)
