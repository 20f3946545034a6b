{{- define "fast-litellm.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name }}{{ else }}{{ .Release.Name }}-{{ .Chart.Name }}{{ end }}
{{- end }}

{{- define "fast-litellm.selector" -}}
app.kubernetes.io/name: {{ .Chart.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "fast-litellm.labels" -}}
{{ include "fast-litellm.selector" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
{{- end }}

{{- define "fast-litellm.secret" -}}
{{ required "secretName: name a Secret that holds LITELLM_MASTER_KEY and the keys of your providers" .Values.secretName }}
{{- end }}

{{/* Where what the gateway does not serve itself goes; empty: nowhere. */}}
{{- define "fast-litellm.fallback" -}}
{{- if and .Values.fallback.url .Values.fallback.deploy }}{{ fail "fallback: either url or deploy, not both" }}{{ end -}}
{{- if .Values.fallback.deploy }}http://{{ include "fast-litellm.name" . }}-litellm:4000{{ else }}{{ .Values.fallback.url }}{{ end -}}
{{- end }}

{{/* The environment of the gateway and of the LiteLLM behind it. */}}
{{- define "fast-litellm.environment" -}}
envFrom:
  - secretRef:
      name: {{ include "fast-litellm.secret" . }}
env:
  {{- if .Values.redis.host }}
  - name: REDIS_HOST
    value: {{ .Values.redis.host | quote }}
  - name: REDIS_PORT
    value: {{ .Values.redis.port | quote }}
  {{- end }}
  {{- range $name, $value := .Values.environment }}
  - name: {{ $name }}
    value: {{ $value | quote }}
  {{- end }}
{{- end }}
