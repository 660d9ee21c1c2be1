# Everything a person or a machine does with this project. `make help` lists it.

GO      ?= go
BIN     := bin
VERSION ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -s -w -X main.version=$(VERSION)

# What the tests start. Each is a Debian package of the same name, unless said
# otherwise after the colon: command:package.
SERVERS := mosquitto redis-server rabbitmq-server nats-server prometheus promtool:prometheus \
	prometheus-alertmanager amtool:prometheus-alertmanager victoria-metrics aiosmtpd:python3-aiosmtpd chromium gcc zsh fish

# The packages in which `make mutate` makes faults, and what else it is told:
#   make mutate MUTATED=alarm MUTATE_FLAGS='--workers 1 --diff main'
MUTATED      ?= alarm fleet notifier notifier/outbox
MUTATE_FLAGS ?=

# The race detector looks at our code and at the driver of the database. The engine of SQLite is C
# that was translated to Go: it works in memory of its own, of which the detector knows nothing,
# and to have it watched takes three quarters of the time of the tests that use a database.
RACE := -race -gcflags='modernc.org/sqlite/lib=-race=false -d=checkptr=0'

# What the chaos is told: make chaos CHAOS_FLAGS='-scenario kill -kills 50'
CHAOS_FLAGS ?=

.PHONY: help build demo test test-one test-clock chaos mutate servers lint fmt bench docs clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1\t/' | expand -t 18

build: ## build bin/brimwatch
	@mkdir -p $(BIN)
	$(GO) build -trimpath -ldflags '$(LDFLAGS)' -o $(BIN)/brimwatch ./cmd/brimwatch

demo: build ## an embedded broker, clients that fill it, a telephone and a page to open
	$(BIN)/brimwatch demo

servers: ## install the servers that the tests start
	@./test/servers.sh $(SERVERS)

test: servers build ## all tests, with the race detector and in random order
	$(GO) vet ./...
	BRIMWATCH_BIN=$(CURDIR)/$(BIN)/brimwatch $(GO) test $(RACE) -shuffle=on -timeout 15m ./...

PACKAGE ?= ./...

test-one: ## the tests of one package, with the race detector: make test-one PACKAGE=./alarm
	$(GO) test $(RACE) -shuffle=on -timeout 15m $(PACKAGE)

# NEXT=2 takes two of the moments, other ones each day.
NEXT ?= 0

test-clock: servers ## all tests with the clock at eight moments: midnight, 29 February, summer time
	$(GO) run ./test/clock -next $(NEXT) ./...

chaos: build ## kill it, starve it, lie to it, for some hours; a ledger of what people were told
	$(GO) run ./test/chaos -bin $(BIN)/brimwatch $(CHAOS_FLAGS)

# A package's folders below it are excluded by the slash in their paths. The time
# limit of a fault is a multiple of what the tests take, so they must really run.
# To link what debuggers need takes as long as many a test.
mutate: ## make one small fault at a time, and see whether a test fails
	cd tools && $(GO) build -o ../$(BIN)/gremlins github.com/go-gremlins/gremlins/cmd/gremlins
	@for package in $(MUTATED); do \
		echo "== $$package"; \
		REAL_GO="$$(command -v $(GO))" GOFLAGS="$$($(GO) env GOFLAGS) -count=1 -vet=off -ldflags=-w" PATH="$(CURDIR)/tools/mutate:$$PATH" \
			$(BIN)/gremlins unleash --exclude-files / --output-statuses lct --timeout-coefficient 10 \
			--invert-logical --invert-loopctrl --invert-assignments --remove-self-assignments $(MUTATE_FLAGS) ./$$package || exit 1; \
	done

lint: ## the linter, the formatter and the module file
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { echo "not formatted:"; gofmt -l $$(git ls-files '*.go'); exit 1; }
	cd tools && $(GO) build -o ../$(BIN)/golangci-lint github.com/golangci/golangci-lint/v2/cmd/golangci-lint
	$(BIN)/golangci-lint run ./...
	$(GO) mod tidy -diff

fmt: ## format the code
	gofmt -w $$(git ls-files '*.go')

bench: build ## measure, and compare with what docs/performance.md keeps
	$(GO) run ./test/bench micro
	$(GO) run ./test/bench whole -bin $(BIN)/brimwatch
	$(GO) run ./test/bench compare

docs: ## write the generated pages and the dashboards anew
	$(GO) test ./internal/config -run "TestReference|TestJSONSchemaIsPublished" -update
	$(GO) test ./cmd/brimwatch -run "TestCommandsPage|TestScriptsOfShells|TestManualPage" -update
	$(GO) test ./dashboards -run TestFilesAreAsBuilt -update

clean: ## remove what was built
	rm -rf $(BIN)
