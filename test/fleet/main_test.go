package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestServePrintsItsAddressAndEnds(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out, in := io.Pipe()
	ended := make(chan error, 1)
	go func() {
		ended <- run(ctx, []string{"serve", "-n", "3", "-mode", "small", "-port", "0"}, in, io.Discard)
	}()
	line := make([]byte, 100)
	k, err := out.Read(line)
	if err != nil {
		t.Fatal(err)
	}
	url := strings.TrimSpace(string(line[:k]))
	client := &http.Client{Transport: &http.Transport{}}
	defer client.CloseIdleConnections()
	resp, err := client.Get(url + "/stats")
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(resp.Body)
	if err := errors.Join(err, resp.Body.Close()); err != nil || !bytes.Contains(body, []byte(`"series":6`)) {
		t.Errorf("stats: %s, %v", body, err)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("told to end: %v", err)
	}
}

func TestCommandLineFaults(t *testing.T) {
	for name, args := range map[string][]string{
		"no command":      nil,
		"unknown command": {"prefill"},
		"unknown flag":    {"serve", "-tls"},
		"left over":       {"serve", "1000"},
		"unknown page":    {"serve", "-mode", "huge"},
		"no instances":    {"serve", "-n", "0"},
		"unknown work":    {"fetch", "-work", "nothing"},
	} {
		if err := run(t.Context(), args, io.Discard, io.Discard); err == nil {
			t.Errorf("%s: accepted", name)
		}
	}
	if err := run(t.Context(), []string{"serve", "-h"}, io.Discard, io.Discard); !errors.Is(err, flag.ErrHelp) {
		t.Errorf("-h: %v", err)
	}
}
