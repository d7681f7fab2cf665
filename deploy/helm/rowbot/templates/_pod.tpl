{{/* What all pods have in common. */}}
{{- define "rowbot.pod" -}}
automountServiceAccountToken: false
# For a Service named rowbot-orders it would set ROWBOT_ORDERS_PORT, which is no option of ours.
enableServiceLinks: false
{{- with .Values.imagePullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: {{ .Values.runAsUser }}
  runAsGroup: {{ .Values.runAsUser }}
  fsGroup: {{ .Values.runAsUser }} # the group of the Secrets' files
  seccompProfile:
    type: RuntimeDefault
{{- end -}}

{{/* A container's image and rights. */}}
{{- define "rowbot.container" -}}
image: {{ include "rowbot.image" . }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities:
    drop: [ALL]
{{- end -}}

{{/* The settings that all containers share. */}}
{{- define "rowbot.environment" -}}
- name: ROWBOT_CONFIG
  value: /etc/rowbot/rowbot.ini
{{- if .Values.migrate.enabled }}
- name: ROWBOT_MIGRATIONS
  value: {{ ternary "/etc/rowbot-migrations" .Values.migrate.directory (not (empty .Values.migrate.files)) | quote }}
{{- end }}
{{- end -}}

{{- define "rowbot.password" -}}
- name: ROWBOT_PASSWORD_FILE
  value: /run/secrets/rowbot/password
{{- end -}}

{{- define "rowbot.mounts" -}}
- name: config
  mountPath: /etc/rowbot
  readOnly: true
{{- if and .Values.migrate.enabled .Values.migrate.files }}
- name: migrations
  mountPath: /etc/rowbot-migrations
  readOnly: true
{{- end }}
{{- if .Values.database.tlsSecret }}
- name: tls
  mountPath: /run/secrets/rowbot-tls
  readOnly: true
{{- end }}
{{- end -}}

{{- define "rowbot.passwordMount" -}}
- name: password
  mountPath: /run/secrets/rowbot
  readOnly: true
{{- end -}}

{{- define "rowbot.volumes" -}}
- name: config
  configMap:
    name: {{ include "rowbot.fullname" . }}
{{- if and .Values.migrate.enabled .Values.migrate.files }}
- name: migrations
  configMap:
    name: {{ include "rowbot.fullname" . }}-migrations
{{- end }}
{{- if .Values.database.tlsSecret }}
- name: tls
  secret:
    secretName: {{ .Values.database.tlsSecret }}
    # libpq refuses a key that others may read; its group may where root owns it.
    defaultMode: 0440
{{- end }}
{{- end -}}

{{/* Takes a passwordSecret. */}}
{{- define "rowbot.passwordVolume" -}}
- name: password
  secret:
    secretName: {{ .name }}
    defaultMode: 0440
    items:
      - key: {{ .key }}
        path: password
{{- end -}}
