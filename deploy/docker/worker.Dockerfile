# The worker and the scheduler: no pages, but Pango and the fonts of the papers.
# Built from the top of the checkout: docker build -f deploy/docker/worker.Dockerfile .
FROM python:3.13-slim-trixie AS packages
RUN python -m venv /venv
COPY requirements/run.txt /tmp/run.txt
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /tmp/run.txt
COPY shared /app/shared
COPY services /app/services
WORKDIR /app
ENV PYTHONPATH=/app
RUN if [ -f shared/locale/build.py ]; then /venv/bin/python -m shared.locale.build; fi && /venv/bin/python -m compileall -q /app

# The faces of official documents: only the font files of their packages.
FROM python:3.13-slim-trixie AS fonts
COPY deploy/local/fonts.py /tmp/fonts.py
RUN apt-get update -q && python /tmp/fonts.py /fonts

FROM python:3.13-slim-trixie
RUN apt-get update -q \
    && apt-get install -y -q --no-install-recommends libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0 fonts-noto-cjk \
    && apt-get clean && rm -rf /var/lib/apt/lists/*
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /nonexistent jiceng \
    && mkdir -p /data /secrets && chown jiceng:jiceng /data /secrets
# fontconfig keeps its index where the account may write.
ENV PATH=/venv/bin:$PATH PYTHONPATH=/app PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 MALLOC_ARENA_MAX=2 \
    DATA_DIR=/data MAIL_DIR=/data/mail FILES_URL=file:///data/files XDG_CACHE_HOME=/tmp/cache
WORKDIR /app
COPY --from=packages /venv /venv
COPY --from=packages /app /app
COPY --from=fonts /fonts /usr/local/share/fonts/jiceng
COPY LICENSE ./
COPY deploy deploy
COPY deploy/docker/with-secrets /usr/local/bin/
USER 10001:10001
ENTRYPOINT ["with-secrets"]
CMD ["celery", "--app", "services.worker.app:celery", "worker", "--loglevel", "INFO", "--pool", "prefork", \
     "--concurrency", "2", "--without-gossip", "--without-mingle"]
HEALTHCHECK --interval=60s --timeout=20s --start-period=30s --retries=3 \
    CMD ["with-secrets", "sh", "-c", "celery --app services.worker.app:celery inspect ping --destination celery@$(hostname) --timeout 10"]
