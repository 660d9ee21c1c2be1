package aliyun

import (
	"context"
	"fmt"
	"os"
	"strings"
	"sync"

	"github.com/aliyun/credentials-go/credentials"

	"github.com/brimwatch/brimwatch/collector/httpget"
)

// keys are what a request is signed with; token is set for temporary ones.
type keys struct{ id, secret, token string }

// clean takes the keys out of a text that others wrote.
func clean(text string, k keys) string {
	for _, secret := range [...]string{k.token, k.secret, k.id} {
		if secret != "" {
			text = strings.ReplaceAll(text, secret, "…")
		}
	}
	return text
}

// keyring has an account's keys, its own or those that the default credential
// chain finds. The chain may ask others over the network and knows no ctx, so it
// works in a goroutine, one at a time, and whoever needs keys waits for it only
// as long as ctx allows.
type keyring struct {
	own keys

	mu      sync.Mutex
	chain   credentials.Credential // used by the one search that runs
	current *search                // nil when none runs
	running sync.WaitGroup
}

// search is one walk along the chain.
type search struct {
	done  chan struct{} // closed at its end
	found keys
	err   error
}

func newKeyring(id, secret string) *keyring { return &keyring{own: keys{id: id, secret: secret}} }

// get returns the keys of the moment.
func (r *keyring) get(ctx context.Context) (keys, error) {
	if r.own.id != "" {
		return r.own, nil
	}
	s := r.join()
	select {
	case <-s.done:
		return s.found, s.err
	case <-ctx.Done():
		return keys{}, fmt.Errorf("look for keys along the default credential chain: %w", ctx.Err())
	}
}

// join returns the search that runs, or starts one.
func (r *keyring) join() *search {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.current == nil {
		s := &search{done: make(chan struct{})}
		r.current = s
		r.running.Go(func() { r.search(s) })
	}
	return r.current
}

func (r *keyring) search(s *search) {
	defer close(s.done)
	r.mu.Lock()
	chain := r.chain
	r.mu.Unlock()
	s.found, chain, s.err = walk(chain)
	r.mu.Lock()
	defer r.mu.Unlock()
	r.current, r.chain = nil, chain
}

// walk asks the chain, a new one when it is nil. It returns the chain to be asked
// next time: one that has failed would ask only its last link again, so it is
// given up.
func walk(chain credentials.Credential) (keys, credentials.Credential, error) {
	var err error
	if chain == nil {
		if chain, err = credentials.NewCredential(nil); err != nil {
			return keys{}, nil, noKeys(err)
		}
	}
	m, err := chain.GetCredential()
	if err != nil {
		return keys{}, nil, noKeys(err)
	}
	k := keys{id: value(m.AccessKeyId), secret: value(m.AccessKeySecret), token: value(m.SecurityToken)}
	if k.id == "" || k.secret == "" {
		return keys{}, nil, noKeys(nil)
	}
	return k, chain, nil
}

func value(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// maxChain is how much is shown of what the chain says, in bytes.
const maxChain = 200

// noKeys says that there are no keys, and what to do.
func noKeys(err error) error {
	const words = "no keys: set access_key_id and access_key_secret of the account, or give the process keys by the default credential chain (environment, OIDC, profile, role of the machine, URI)"
	if err == nil {
		return &fault{words, nil}
	}
	text := err.Error()
	for _, name := range [...]string{"ALIBABA_CLOUD_ACCESS_KEY_SECRET", "ALIBABA_CLOUD_SECURITY_TOKEN", "ALIBABA_CLOUD_CREDENTIALS_URI"} {
		if secret := os.Getenv(name); secret != "" {
			text = strings.ReplaceAll(text, secret, "…")
		}
	}
	return &fault{words + ": " + httpget.Clip(text, maxChain), err}
}

// close waits for the search that runs; each of its links ends by a timeout of
// its own.
func (r *keyring) close() { r.running.Wait() }
