//go:build tools

// Package compose pins the compose tool whose `config` command checks docker-compose.yml without a container engine.
package compose

import _ "github.com/docker/compose/v2/cmd"
