# `make run` starts the portal, `make test` tests it. Everything lives in .venv and var/ of this directory.
# Paths are relative throughout: the directory's own path may hold spaces.

SHELL := /bin/sh
IN_VENV := .venv/bin/python
# Debian's Python makes no pip in a new environment (that is python3-venv); its own pip then installs into it.
INSTALL := if $(IN_VENV) -m pip --version >/dev/null 2>&1; then set -- $(IN_VENV) -m pip; else \
	set -- "$$(sed -n 's/^executable = //p' .venv/pyvenv.cfg)" -m pip --python $(IN_VENV); fi; \
	"$$@" install --require-hashes --disable-pip-version-check --no-input
CODE := shumoos registration activation guests violations support
CATALOGUES := $(patsubst %.po,%.mo,$(wildcard locale/*/LC_MESSAGES/django.po))

# An environment whose Python is gone, or that was cut short, is made anew.
ifneq ($(shell $(IN_VENV) -c 'print("works")' 2>/dev/null),works)
$(shell rm -rf .venv/installed .venv/installed-dev $(IN_VENV))
endif

.PHONY: run test pages lint audit bench pictures fonts requirements messages

run: .venv/installed $(CATALOGUES)
	@exec $(IN_VENV) -m shumoos.run

# ARGS are pytest's: make test ARGS="tests/guests -k receipt -n 0".
test: .venv/installed-dev $(CATALOGUES)
	$(IN_VENV) -m pytest -n 2 --dist loadfile $(ARGS)

# Every page that a link leads to, as every role: axe, widths, errors; by keyboard, with forced colours and with
# less motion; what forms answer, filled in and empty; and who gets in where, by the matrix. It takes half an
# hour; ARGS="-k matrix" takes a part.
pages: .venv/installed-dev $(CATALOGUES)
	$(IN_VENV) -m pytest -n 2 -m every_page tests/browser/test_every_page.py \
		tests/browser/test_answers.py tests/browser/test_situations.py tests/security $(ARGS)

lint: .venv/installed-dev $(CATALOGUES)
	$(IN_VENV) -m ruff check
	$(IN_VENV) -m ruff format --check
	$(IN_VENV) -m bandit --quiet --configfile pyproject.toml --recursive $(CODE)
	$(IN_VENV) -m mypy $(CODE)
	.venv/bin/lint-imports --no-logo
	$(IN_VENV) -m djlint --lint --quiet templates
	$(IN_VENV) manage.py makemigrations --check --dry-run
	$(IN_VENV) manage.py messages --check
	$(IN_VENV) -m check_jsonschema --builtin-schema vendor.compose-spec docker-compose.yml
	@$(IN_VENV) .ci/audit

# Whether a hole is known in what the portal runs on: pip-audit, which `make lint` ends with. Without a network it
# says that it has no word of any, and holds nothing up.
audit: .venv/installed-dev
	@$(IN_VENV) .ci/audit

# Every script of bench/, at full size; bench/README.md says how to make it smaller.
bench: .venv/installed-dev $(CATALOGUES)
	@set -- $$(ls bench/*.py | grep -v __init__); total=$$#; number=0; for script; do number=$$((number + 1)); \
		echo "$$number of $$total: $$script"; $(IN_VENV) -m "bench.$$(basename "$$script" .py)" || exit 1; done

# Of every page as every role, of the guides and of the README: ARGS="-k guides" takes some of them.
pictures: .venv/installed-dev $(CATALOGUES)
	$(IN_VENV) -m pytest -n 0 -q --show-capture=no tests/browser/pictures.py $(ARGS)

# What nearly every page is set in, out of the vendored fonts: Arabic and Latin of a weight in one file.
# static/css/fonts.css has the same ranges.
PLEX := static/vendor/ibm-plex-sans-arabic-5.3.0
arabic_RANGE := U+060C,U+061B,U+061F,U+0621-063A,U+0640-0655,U+0660-066D,U+0670,U+0671,U+067E,U+0686,U+0698,$\
	U+06A4,U+06A9,U+06AF,U+06BE,U+06C1,U+06CC,U+06D2,U+06D4,U+06F0-06F9,U+200C-200E
latin_RANGE := U+0020-007E,U+00A0,U+00A9,U+00AB,U+00B7,U+00BB,U+00D7,U+2009,U+2013,U+2014,U+2018-201D,U+2022,$\
	U+2026,U+2066-2069,U+2190-2193,U+2212

fonts: .venv/installed-dev
	mkdir -p var/fonts
	$(foreach weight,400 600,$(foreach script,arabic latin,.venv/bin/pyftsubset $(PLEX)/$(script)-$(weight).woff2 \
		--unicodes=$($(script)_RANGE) --output-file=var/fonts/$(script)-$(weight).woff2 &&) \
		.venv/bin/pyftmerge var/fonts/arabic-$(weight).woff2 var/fonts/latin-$(weight).woff2 \
		--output-file=var/fonts/plex-$(weight).ttf && .venv/bin/fonttools ttLib.woff2 compress \
		-o static/fonts/plex-$(weight).woff2 var/fonts/plex-$(weight).ttf &&) true

requirements: .venv/installed-dev
	.venv/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--custom-compile-command "make requirements" requirements.in -o requirements.txt
	.venv/bin/uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
		--custom-compile-command "make requirements" requirements-dev.in -o requirements-dev.txt

messages: .venv/installed-dev
	$(IN_VENV) manage.py messages

%.mo: %.po .venv/installed
	@$(IN_VENV) -m babel.messages.frontend --quiet compile -i $< -o $@

.venv/installed: requirements.txt
	@python=; for name in "$${PYTHON:-python3}" python3.14 python3.13 python3.12 python3.11; do \
		if "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
			python=$$name; break; \
		fi; \
	done; \
	if [ -z "$$python" ]; then \
		echo "Shumoos needs Python 3.11 or later, and none is on the PATH: install one, or name it with PYTHON=." >&2; \
		exit 1; \
	fi; \
	if [ ! -x $(IN_VENV) ]; then \
		echo "Making .venv with $$("$$python" --version)"; \
		"$$python" -c 'import ensurepip' 2>/dev/null || without=--without-pip; \
		"$$python" -m venv --clear $$without .venv || exit 1; \
	fi
	@echo "Installing what the portal runs on (a minute or so, the first time)"
	@$(INSTALL) -r requirements.txt
	@touch $@

.venv/installed-dev: requirements-dev.txt .venv/installed
	@echo "Installing what the tests need"
	@$(INSTALL) -r requirements-dev.txt
	@touch $@
