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
		return answer{Text: string(sealed)}, err
	}
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
