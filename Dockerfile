FROM python:3.11-slim-bookworm AS packages
COPY requirements.txt .
RUN python -m venv /venv && /venv/bin/pip install --no-cache-dir --disable-pip-version-check \
    --only-binary :all: --require-hashes -r requirements.txt

FROM python:3.11-slim-bookworm
RUN useradd --system --uid 10001 --home-dir /site --shell /usr/sbin/nologin site \
    && install -d -m 0700 -o site -g site /var/lib/site
COPY --from=packages /venv /venv
WORKDIR /site
COPY . .
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    VAR_DIR=/var/lib/site HOST=0.0.0.0 PORT=8000
USER site
VOLUME /var/lib/site
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
    CMD ["python", "-m", "tracker.healthcheck"]
CMD ["sh", "-c", "python manage.py prepare && exec python -m gunicorn -c python:tracker.gunicorn tracker.wsgi"]
