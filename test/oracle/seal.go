package main

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/getsops/sops/v3"
	"github.com/getsops/sops/v3/aes"
	"github.com/getsops/sops/v3/age"
	"github.com/getsops/sops/v3/cmd/sops/common"
	"github.com/getsops/sops/v3/version"
)

// A well-formed recipient that nobody has the identity of: it only holds the place of the data key.
const nobody = "age1h3rysvxd7vd5zk6detaxdasmu0mh8zt6ulj9ctsqsyk9sk7z093srh9z4u"

func encryptBy(rule string) question {
	by, value, _ := strings.Cut(rule, "=")
	return func(store common.Store, text []byte) (answer, error) {
		branches, err := store.LoadPlainFile(text)
		if err != nil {
			return answer{}, err
		}
		if len(branches) == 0 {
			return answer{}, errors.New("no document")
		}
		if store.HasSopsTopLevelKey(branches[0]) {
			return answer{}, errors.New("already encrypted")
		}
		key := make([]byte, 32)
		if _, err := rand.Read(key); err != nil {
			return answer{}, err
		}
		holder := &age.MasterKey{Recipient: nobody, EncryptedKey: base64.StdEncoding.EncodeToString(key)}
		tree := sops.Tree{Branches: branches, Metadata: sops.Metadata{Version: version.Version, KeyGroups: []sops.KeyGroup{{holder}}}}
		if err := selectBy(&tree.Metadata, by, value); err != nil {
			return answer{}, err
		}
		if err := common.EncryptTree(common.EncryptTreeOpts{Tree: &tree, Cipher: aes.NewCipher(), DataKey: key}); err != nil {
			return answer{}, err
		}
		sealed, err := store.EmitEncryptedFile(tree)
		if err != nil {
			return answer{}, err
		}
		kept, err := unwritten(store, tree, key)
		return answer{Text: string(sealed), Kept: kept}, err
	}
}

// unwritten prints what the tree decrypts to when it was never written and read between: no comment has moved or been lost.
func unwritten(store common.Store, tree sops.Tree, key []byte) (string, error) {
	o := opener{key}
	branches := make(sops.TreeBranches, len(tree.Branches))
	for at, branch := range tree.Branches {
		branches[at] = o.branch(branch, "")
	}
	plain, err := store.EmitPlainFile(branches)
	return string(plain), err
}

// opener opens all ciphertext of a tree, whatever a rule selects.
type opener struct{ key []byte }

func (o opener) branch(branch sops.TreeBranch, path string) sops.TreeBranch {
	opened := make(sops.TreeBranch, len(branch))
	for at, item := range branch {
		if comment, ok := item.Key.(sops.Comment); ok {
			opened[at] = sops.TreeItem{Key: o.value(comment, path)}
		} else {
			opened[at] = sops.TreeItem{Key: item.Key, Value: o.value(item.Value, path+fmt.Sprint(item.Key)+":")}
		}
	}
	return opened
}

func (o opener) value(value any, path string) any {
	switch value := value.(type) {
	case sops.TreeBranch:
		return o.branch(value, path)
	case []any:
		opened := make([]any, len(value))
		for at, item := range value {
			opened[at] = o.value(item, path)
		}
		return opened
	case sops.Comment:
		return o.opened(value, value.Value, path)
	case string:
		return o.opened(value, value, path)
	}
	return value
}

// opened is what a text holds if it is ciphertext, else the value that has it.
func (o opener) opened(value any, text, path string) any {
	if path == "" {
		path = ":"
	}
	if opened, err := aes.NewCipher().Decrypt(text, o.key, path); err == nil && text != "" {
		return opened
	}
	return value
}

func selectBy(metadata *sops.Metadata, by, value string) error {
	fields := map[string]*string{
		"unencrypted_suffix":        &metadata.UnencryptedSuffix,
		"encrypted_suffix":          &metadata.EncryptedSuffix,
		"unencrypted_regex":         &metadata.UnencryptedRegex,
		"encrypted_regex":           &metadata.EncryptedRegex,
		"unencrypted_comment_regex": &metadata.UnencryptedCommentRegex,
		"encrypted_comment_regex":   &metadata.EncryptedCommentRegex,
	}
	field, known := fields[by]
	if !known {
		return fmt.Errorf("no selection rule is called %s", by)
	}
	*field = value
	return nil
}

func decrypt(checksMac bool) question {
	return func(store common.Store, text []byte) (answer, error) {
		tree, err := store.LoadEncryptedFile(text)
		if err != nil {
			return answer{}, err
		}
		key, err := base64.StdEncoding.DecodeString(string(tree.Metadata.KeyGroups[0][0].EncryptedDataKey()))
		if err != nil {
			return answer{}, err
		}
		computed, err := tree.Decrypt(key, aes.NewCipher())
		if err != nil {
			return answer{}, err
		}
		if checksMac {
			if err := checkMac(tree.Metadata, key, computed); err != nil {
				return answer{}, err
			}
		}
		plain, err := store.EmitPlainFile(tree.Branches)
		return answer{Text: string(plain)}, err
	}
}

func checkMac(metadata sops.Metadata, key []byte, computed string) error {
	stored, err := aes.NewCipher().Decrypt(metadata.MessageAuthenticationCode, key, metadata.LastModified.Format(time.RFC3339))
	if err != nil {
		return fmt.Errorf("the MAC does not open: %w", err)
	}
	if stored != computed {
		return errors.New("MAC mismatch")
	}
	return nil
}
