package main

import (
	"fmt"
	"time"

	"github.com/getsops/sops/v3"
	"github.com/getsops/sops/v3/cmd/sops/common"
)

type leaf struct {
	AAD    string `json:"aad"`
	Type   string `json:"type"`
	Text   string `json:"text"`
	Inline bool   `json:"inline,omitempty"`
}

// recorder is a cipher that encrypts nothing and notes what it was asked to encrypt.
type recorder struct{ leaves []leaf }

func (r *recorder) Encrypt(in any, _ []byte, aad string) (string, error) {
	l := leaf{AAD: aad}
	if comment, ok := in.(sops.Comment); ok {
		l.Type, l.Text, l.Inline = "comment", comment.Value, comment.Inline
	} else {
		text, err := sops.ToBytes(in)
		if err != nil {
			return "", err
		}
		l.Type, l.Text = typeOf(in), string(text)
	}
	r.leaves = append(r.leaves, l)
	return l.Text, nil
}

func (r *recorder) Decrypt(string, []byte, string) (any, error) { return nil, nil }

func typeOf(value any) string {
	switch value.(type) {
	case string:
		return "str"
	case int:
		return "int"
	case float64:
		return "float"
	case bool:
		return "bool"
	case time.Time:
		return "time"
	}
	return fmt.Sprintf("%T", value)
}

func look(store common.Store, text []byte) (answer, error) {
	branches, err := store.LoadPlainFile(text)
	if err != nil {
		return answer{}, err
	}
	printed, err := store.EmitPlainFile(branches)
	if err != nil {
		return answer{}, err
	}
	r := &recorder{}
	if _, err = (sops.Tree{Branches: branches}).Encrypt(make([]byte, 32), r); err != nil {
		return answer{}, err
	}
	return answer{Leaves: r.leaves, Print: string(printed)}, nil
}
