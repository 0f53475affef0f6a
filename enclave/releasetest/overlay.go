package releasetest

import (
	"bytes"
	"fmt"

	"go.yaml.in/yaml/v3"
)

// overlay lays YAML over YAML: what both have as maps is joined, everything else replaced; null takes a key away.
func overlay(base []byte, over string) ([]byte, error) {
	var b, o yaml.Node
	if err := yaml.Unmarshal(base, &b); err != nil {
		return nil, err
	}
	if err := yaml.Unmarshal([]byte(over), &o); err != nil {
		return nil, err
	}
	if len(o.Content) == 0 {
		return base, nil
	}
	if b.Content[0].Kind != yaml.MappingNode || o.Content[0].Kind != yaml.MappingNode {
		return nil, fmt.Errorf("a map was expected")
	}
	join(b.Content[0], o.Content[0])
	return encodeYAML(&b)
}

// encodeYAML makes the text of a document.
func encodeYAML(doc any) ([]byte, error) {
	var out bytes.Buffer
	e := yaml.NewEncoder(&out)
	e.SetIndent(2)
	if err := e.Encode(doc); err != nil {
		return nil, err
	}
	return out.Bytes(), e.Close()
}

// join lays the map over into the map base.
func join(base, over *yaml.Node) {
	for i := 0; i+1 < len(over.Content); i += 2 {
		key, value := over.Content[i], over.Content[i+1]
		at := indexOf(base, key.Value)
		switch {
		case value.Tag == "!!null":
			if at >= 0 {
				base.Content = append(base.Content[:at], base.Content[at+2:]...)
			}
		case at < 0:
			base.Content = append(base.Content, key, value)
		case base.Content[at+1].Kind == yaml.MappingNode && value.Kind == yaml.MappingNode:
			join(base.Content[at+1], value)
		default:
			base.Content[at+1] = value
		}
	}
}

// indexOf is where a key stands in a map, or -1.
func indexOf(m *yaml.Node, key string) int {
	for i := 0; i+1 < len(m.Content); i += 2 {
		if m.Content[i].Value == key {
			return i
		}
	}
	return -1
}
