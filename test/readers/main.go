// Reads variables as the programs do that they were exported for, and prints them as JSON: the libraries are those of Docker, Terraform and Kubernetes.
// Usage: variable-reader docker|tfvars|k8s-secret FILE
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/docker/cli/pkg/kvfile"
	"github.com/hashicorp/hcl/v2"
	"github.com/hashicorp/hcl/v2/hclsyntax"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"sigs.k8s.io/yaml"
)

var readers = map[string]func(file string) (map[string]string, error){"docker": docker, "tfvars": tfvars, "k8s-secret": secret}

func main() {
	read, known := readers[os.Args[1]]
	if !known {
		fail(errors.New("no such reader"))
	}
	variables, err := read(os.Args[2])
	if err != nil {
		fail(err)
	}
	if err := json.NewEncoder(os.Stdout).Encode(variables); err != nil {
		fail(err)
	}
}

func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func docker(file string) (map[string]string, error) {
	lines, err := kvfile.Parse(file, nil)
	variables := map[string]string{}
	for _, line := range lines {
		name, value, _ := strings.Cut(line, "=")
		variables[name] = value
	}
	return variables, err
}

func tfvars(file string) (map[string]string, error) {
	source, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	parsed, problems := hclsyntax.ParseConfig(source, file, hcl.InitialPos)
	if problems.HasErrors() {
		return nil, problems
	}
	attributes, problems := parsed.Body.JustAttributes()
	if problems.HasErrors() {
		return nil, problems
	}
	variables := map[string]string{}
	for name, attribute := range attributes {
		value, problems := attribute.Expr.Value(nil)
		if problems.HasErrors() {
			return nil, problems
		}
		variables[name] = value.AsString()
	}
	return variables, nil
}

func secret(file string) (map[string]string, error) {
	source, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var manifest corev1.Secret
	if err := yaml.UnmarshalStrict(source, &manifest); err != nil {
		return nil, err
	}
	if manifest.Kind != "Secret" || manifest.APIVersion != "v1" {
		return nil, errors.New("no Secret of v1")
	}
	if wrong := validation.IsDNS1123Subdomain(manifest.Name); len(wrong) > 0 {
		return nil, errors.New(wrong[0])
	}
	variables := map[string]string{"(name)": manifest.Name, "(namespace)": manifest.Namespace, "(type)": string(manifest.Type)}
	for name, value := range manifest.Data {
		if wrong := validation.IsConfigMapKey(name); len(wrong) > 0 {
			return nil, errors.New(wrong[0])
		}
		variables[name] = string(value)
	}
	return variables, nil
}
