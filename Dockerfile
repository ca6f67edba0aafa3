FROM python:3.11-slim-bookworm

# libgl1 and libglib2.0-0 are what opencv-python loads
RUN apt-get update \
    && apt-get install -y --no-install-recommends libgl1 libglib2.0-0 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --create-home --uid 1000 curator \
    && mkdir -p /data && chown curator:curator /data

WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir --requirement requirements.txt
COPY . .

ENV PYTHONUNBUFFERED=1 MTF_ENVIRONMENT=production MTF_VAR=/data MTF_STATIC_ROOT=/app/build/static
# These values serve this one command and stay in no layer's environment.
RUN SECRET_KEY=build DATABASE_URL=postgres://build@localhost/build REDIS_URL=redis://localhost ALLOWED_HOSTS=localhost \
    python manage.py collectstatic --noinput

USER curator
VOLUME /data
EXPOSE 8000
CMD ["gunicorn", "mtf_site.wsgi", "--bind", "0.0.0.0:8000", "--workers", "2", "--threads", "4", "--access-logfile", "-"]
