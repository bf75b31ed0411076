"""The manifests of the examples agree with each other."""

from pathlib import Path

import yaml

EXAMPLES = Path(__file__).parents[3] / "examples"


def test_the_selectors_of_the_manifests_select() -> None:
    """What no schema can know: the Service and the budget mean the pods of the Deployment."""
    manifests = EXAMPLES / "fastapi-kubernetes/kubernetes"
    kinds = {one["kind"]: one for one in (yaml.safe_load(path.read_text()) for path in manifests.glob("*.yaml"))}
    labels = kinds["Deployment"]["spec"]["template"]["metadata"]["labels"]
    assert kinds["Deployment"]["spec"]["selector"]["matchLabels"] == labels
    assert kinds["Service"]["spec"]["selector"] == labels
    assert kinds["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"] == labels
    assert kinds["PodDisruptionBudget"]["spec"]["minAvailable"] < kinds["Deployment"]["spec"]["replicas"]
