"""One container in every form that a manifest may have, and as its tool prints it."""

import json

COMPOSE = """
name: shop
x-common: &common
  stop_grace_period: 1m30s
  environment: [LIFEINIT_STOP_TIMEOUT=25s, DEBUG]
services:
  web:
    <<: *common
    image: shop
    entrypoint: ["lifeinit", "--"]
    command: gunicorn shop:app
    user: "1000:1000"
    read_only: true
    stop_signal: SIGUSR1
    tmpfs: [/run, "/tmp:size=10m"]
    volumes: ["data:/data", "./conf:/etc/shop:ro", {type: volume, target: /var/lib, read_only: false}]
    mem_limit: 16m
    healthcheck: {test: [CMD, lifeinit, health], interval: 5s}
  db:
    image: postgres:17
"""

# docker compose -f compose.yaml config --format json
COMPOSE_JSON = json.dumps(
    {
        "name": "shop",
        "services": {
            "web": {
                "command": ["gunicorn", "shop:app"],
                "entrypoint": ["lifeinit", "--"],
                "environment": {"DEBUG": None, "LIFEINIT_STOP_TIMEOUT": "25s"},
                "healthcheck": {"test": ["CMD", "lifeinit", "health"], "interval": "5s"},
                "image": "shop",
                "mem_limit": "16777216",
                "read_only": True,
                "stop_grace_period": "1m30s",
                "stop_signal": "SIGUSR1",
                "tmpfs": ["/run", "/tmp:size=10m"],
                "user": "1000:1000",
                "volumes": [
                    {"type": "volume", "source": "data", "target": "/data", "volume": {}},
                    {"type": "bind", "source": "/src/conf", "target": "/etc/shop", "read_only": True, "bind": {}},
                    {"type": "volume", "target": "/var/lib", "volume": {}},
                ],
            },
            "db": {"command": None, "entrypoint": None, "image": "postgres:17"},
        },
    }
)

KUBERNETES = """
apiVersion: v1
kind: Service
metadata: {name: shop}
spec: {selector: {app: shop}, ports: [{port: 80}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: shop}
spec:
  template:
    spec:
      terminationGracePeriodSeconds: 30
      securityContext: {runAsUser: 2000, runAsGroup: 3000}
      containers:
        - name: proxy
          image: envoy
        - name: web
          image: shop
          args: ["gunicorn", "shop:app"]
          env:
            - {name: LIFEINIT_STOP_TIMEOUT, value: 42s}
            - name: POD
              valueFrom: {fieldRef: {fieldPath: metadata.name}}
          lifecycle: {preStop: {exec: {command: [sh, -c, sleep 5]}}}
          livenessProbe: {httpGet: {path: /, port: 80}, periodSeconds: 5, failureThreshold: 2, initialDelaySeconds: 10}
          securityContext: {runAsUser: 1000, readOnlyRootFilesystem: true}
          resources: {limits: {memory: 512Mi}}
          volumeMounts: [{name: a, mountPath: /data}, {name: b, mountPath: /etc/x, readOnly: true}]
"""

# docker inspect CONTAINER
DOCKER = json.dumps(
    [
        {
            "Id": "4f66ad9a0b2ee1d6",
            "Name": "/web",
            "Config": {
                "User": "app",
                "Env": ["PATH=/usr/bin", "LIFEINIT_STOP_TIMEOUT=25s"],
                "Cmd": ["gunicorn", "shop:app"],
                "Entrypoint": ["lifeinit", "--"],
                "StopSignal": "SIGTERM",
                "StopTimeout": 20,
                "Healthcheck": {"Test": ["CMD", "lifeinit", "health"], "Interval": 5000000000},
            },
            "HostConfig": {"ReadonlyRootfs": True, "Memory": 536870912, "Tmpfs": {"/run": ""}, "Init": None},
            "Mounts": [{"Type": "volume", "Destination": "/data", "RW": True}, {"Destination": "/etc/x", "RW": False}],
        }
    ]
)

PODMAN = json.dumps(
    [
        {
            "Id": "4f66ad9a0b2e",
            "Name": "web",
            "OCIRuntime": "crun",
            "Config": {"User": "", "Env": ["A=b"], "Cmd": ["x"], "StopSignal": 15, "StopTimeout": 10},
            "HostConfig": {"ReadonlyRootfs": False, "Memory": 0},
            "Mounts": [],
        }
    ]
)

ECS = json.dumps(
    {
        "taskDefinition": {
            "family": "shop",
            "containerDefinitions": [
                {
                    "name": "web",
                    "image": "shop",
                    "entryPoint": ["lifeinit", "--"],
                    "command": ["gunicorn", "shop:app"],
                    "environment": [{"name": "LIFEINIT_STOP_TIMEOUT", "value": "55s"}],
                    "user": "1000",
                    "memory": 512,
                    "stopTimeout": 60,
                    "readonlyRootFilesystem": True,
                    "healthCheck": {"command": ["CMD", "lifeinit", "health"], "interval": 10, "startPeriod": 60},
                    "mountPoints": [{"sourceVolume": "a", "containerPath": "/data", "readOnly": False}],
                    "linuxParameters": {"tmpfs": [{"containerPath": "/run", "size": 1}]},
                }
            ],
        }
    }
)

KNATIVE = json.dumps(
    {
        "apiVersion": "serving.knative.dev/v1",
        "kind": "Service",
        "metadata": {"name": "shop"},
        "spec": {"template": {"spec": {"containers": [{"image": "shop", "command": ["lifeinit", "--"]}]}}},
    }
)
