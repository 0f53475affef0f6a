# make demo and make test do everything on a fresh machine; the rest is for developers.
GO      ?= go
BIN     := bin
PACKAGES = ./...

.DEFAULT_GOAL := help
.PHONY: help build demo test check bench kills nightly update fmt

help: ## show this list
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-9s %s\n", $$1, $$2}'

build: ## build both command lines into bin/
	$(GO) build -o $(BIN)/ ./cmd/...

demo: build ## make a synthetic dataset, encrypt it, ask it, show what may be released
	$(BIN)/enclave demo

test: ## all tests
	$(GO) test -count=1 -timeout 14m $(PACKAGES)

check: ## what CI runs before the tests: formatting, vet, linters, policy
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { gofmt -l $$(git ls-files '*.go'); echo 'run make fmt'; exit 1; }
	$(GO) vet $(PACKAGES)
	$(GO) tool staticcheck $(PACKAGES)
	$(GO) mod verify
	$(GO) run ./cmd/enclave policy check
	$(GO) run ./cmd/cohort fmt -l examples/*/*.cohort examples/pilots/*/*.cohort bench/queries/*.cohort

bench: ## fixed costs; then the enclave against plain DuckDB at scale 1 (less: make bench BENCH='--scale 0.02')
	$(GO) test -run '^$$' -bench . -benchtime 2s ./dsl ./dsl/catalog ./enclave/releasetest ./enclave/audit/... ./policy/opa ./enclave/store ./cmd/cohort
	$(GO) run ./bench $(BENCH)

kills: ## kill -9 at 200 random moments of loads, of submissions, and of a log that is written
	OFFICINA_KILLS=200 $(GO) test -count=1 -timeout 30m -run KilledAtAnyMoment -v ./enclave/releasetest ./enclave/audit/tlog

nightly: kills ## those kills, 20,000 generated plans on both engines, 20,000 rules about dates, 10,000 generated texts, slips, and long fuzzing
	OFFICINA_PLANS=20000 OFFICINA_SEED=$$(date +%Y%m%d) $(GO) test -count=1 -timeout 3h ./enclave/engine/enginetest
	$(GO) test -count=1 -timeout 1h ./internal/gridtest -rapid.checks=20000
	OFFICINA_FILES=10000 $(GO) test -count=1 -timeout 1h -run Generated -v ./dsl/syntax
	OFFICINA_SLIPS=400 OFFICINA_SEED=$$(date +%Y%m%d) $(GO) test -count=1 -timeout 1h -run Slips -v ./dsl
	./internal/fuzz.sh 5m

update: ## write golden files anew; read the diff before you commit it
	$(GO) test $$(grep -rlE 'flag.Bool\("update"' --include='*_test.go' . | xargs -n1 dirname | sort -u) -update

fmt: ## format Go and cohort files
	gofmt -w $$(git ls-files '*.go')
	$(GO) run ./cmd/cohort fmt -w examples/*/*.cohort examples/pilots/*/*.cohort bench/queries/*.cohort
