# The pages. Built from the top of the checkout: docker build -f deploy/docker/web.Dockerfile .
FROM node:22-slim AS assets
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY services/web/assets services/web/assets
RUN npm run build

FROM python:3.13-slim-trixie AS packages
RUN python -m venv /venv
COPY requirements/run.txt /tmp/run.txt
RUN /venv/bin/pip install --no-cache-dir --disable-pip-version-check --require-hashes -r /tmp/run.txt
COPY shared /app/shared
COPY services /app/services
WORKDIR /app
ENV PYTHONPATH=/app
RUN if [ -f shared/locale/build.py ]; then /venv/bin/python -m shared.locale.build; fi && /venv/bin/python -m compileall -q /app

FROM python:3.13-slim-trixie
RUN useradd --uid 10001 --user-group --no-create-home --home-dir /nonexistent jiceng \
    && mkdir -p /data /secrets && chown jiceng:jiceng /data /secrets
ENV PATH=/venv/bin:$PATH PYTHONPATH=/app PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 MALLOC_ARENA_MAX=2 \
    DATA_DIR=/data MAIL_DIR=/data/mail FILES_URL=file:///data/files
WORKDIR /app
COPY --from=packages /venv /venv
COPY --from=packages /app /app
COPY --from=assets /app/services/web/static services/web/static
COPY LICENSE ./
COPY deploy deploy
COPY deploy/docker/jiceng deploy/docker/with-secrets /usr/local/bin/
USER 10001:10001
EXPOSE 8000
ENTRYPOINT ["with-secrets"]
CMD ["gunicorn", "--config", "deploy/gunicorn.conf.py", "--bind", "0.0.0.0:8000"]
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=5 \
    CMD ["python", "deploy/docker/healthy.py", "http://127.0.0.1:8000/healthz"]
