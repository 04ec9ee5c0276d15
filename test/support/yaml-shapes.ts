/** Whole documents as they are found in the wild. */
export const shapes: readonly [string, ...string[]] = [
  `# yaml-language-server: $schema=x

apiVersion: v1
kind: Secret
metadata:
  name: app   # the name
  labels: {app: web, tier: "front"}
  annotations:
    # why
    note: >-
      folded
      text
type: Opaque
stringData:
  password: s3cret
  # api-key: old
  config.yaml: |
    # not a comment
    a: b
---
# second
apiVersion: apps/v1
kind: Deployment
spec:
  replicas: 3
  template:
    spec:
      containers:
      - name: web
        image: nginx:1.25
        ports:
        - containerPort: 80
        # env of the web
        env:
        - name: A
          value: "1"   # one

        - name: B
          valueFrom:
            secretKeyRef: {name: app, key: b}
      # - name: sidecar
      #   image: x
`,
  `# Default values for chart.
# This is a YAML-formatted file.

replicaCount: 1

image:
  repository: nginx
  pullPolicy: IfNotPresent
  # Overrides the image tag whose default is the chart appVersion.
  tag: ""

imagePullSecrets: []
nameOverride: ""

serviceAccount:
  # Specifies whether a service account should be created
  create: true
  # Annotations to add to the service account
  annotations: {}
  # The name of the service account to use.
  # If not set and create is true, a name is generated
  name: ""

podAnnotations: {}

podSecurityContext: {}
  # fsGroup: 2000

securityContext: {}
  # capabilities:
  #   drop:
  #   - ALL
  # runAsNonRoot: true

ingress:
  enabled: false
  hosts:
    - host: chart-example.local
      paths:
        - path: /
          pathType: Prefix
  tls: []
  #  - secretName: chart-example-tls
  #    hosts:
  #      - chart-example.local

resources: {}
  # limits:
  #   cpu: 100m

nodeSelector: {}
`,
  `version: "3.8"

x-common: &common
  restart: unless-stopped
  logging: &log
    driver: json-file   # local
    options: {max-size: 10m}

services:
  web:
    <<: *common
    image: web
    environment:
      - A=1
      - B=two   # two
    logging: *log
  db:
    <<: [*common]
    image: db
    # volumes of the db
    volumes:
      - data:/var/lib

volumes:
  data: {}
# networks:
#   net:
`,
  `---
# play
- hosts: all
  vars:
    x: 1
`,
  `---
# vars of the group
users:
  - name: alice   # admin
    groups: [wheel, docker]
    key: !vault |
      $ANSIBLE_VAULT;1.1;AES256
      6162
  # - name: bob
  - {name: carol, uid: 1001}

packages:
- git
- vim

# the end
...
`,
  `Resources:
  Bucket:
    Type: AWS::S3::Bucket
    Properties:
      BucketName: !Sub "\${AWS::StackName}-x"
      Tags:
        - Key: a
          Value: !Ref Env   # ref
        - {Key: b, Value: !GetAtt X.Y}
Outputs:
  Out:
    Value: !Join
      - ","
      - [a, b]
`,
];
