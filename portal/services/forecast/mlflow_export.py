"""Optional export of trials to an MLflow server, in its words; the registry of the portal stays the one that counts.

With ``MLFLOW_TRACKING_URI`` set every trial becomes a run of the experiment ``enerscope/<target>`` with its parameters,
metrics and tags, every version a model version of the registered model ``<target>.<model>``, and the champion carries
the alias ``champion``. Credentials are those of the address, or ``MLFLOW_TRACKING_TOKEN``.
"""

from collections.abc import Sequence
from datetime import timedelta

from data.connectors.mlflow import MlflowServer
from data.queries import forecast as queries
from data.queries.forecast import TrialRow, VersionRow
from data.session import UnitOfWork
from portal.core.clock import Clocks
from portal.core.config import settings
from portal.core.errors import UpstreamError
from portal.services.forecast import registry

ALIAS = "champion"
TAG = "enerscope.version"


def _server() -> MlflowServer | None:
    known = settings()
    if not known.mlflow_tracking_uri:
        return None
    token = known.mlflow_tracking_token
    return MlflowServer(known.mlflow_tracking_uri, token.get_secret_value() if token else None)


def export(trial_ids: Sequence[int]) -> str:
    """Send trials with their versions to the server, if there is one; return why that failed, empty when it did not.

    A server that is away must not lose a training: what it missed is in the portal.
    """
    try:
        server = _server()
        if server is None or not trial_ids:
            return ""
        with UnitOfWork() as work:
            trials = queries.trials(work.session, ids=trial_ids)
            versions = {row.experiment_id: row for row in queries.versions(work.session)}
        for trial in sorted(trials, key=lambda row: row.id):
            _send(server, trial, versions.get(trial.id))
    except UpstreamError as problem:
        return f"The trials were stored here, but not exported. {problem.message}"
    return ""


def export_champions(clocks: Clocks) -> str:
    """Let the alias ``champion`` name the champions; return why that failed, empty when it did not."""
    try:
        server = _server()
        if server is None:
            return ""
        with UnitOfWork() as work:
            codes = queries.targets_with_versions(work.session)
            rows = [row for code in codes if (row := registry.champion(work, code, clocks))]
        for row in rows:
            known = server.versions(_model(row.target, row.model))
            number = next((key for key, tags in known.items() if tags.get(TAG) == str(row.id)), None)
            if number is not None:
                server.set_alias(_model(row.target, row.model), ALIAS, number)
    except UpstreamError as problem:
        return f"The champions were not exported. {problem.message}"
    return ""


def _send(server: MlflowServer, trial: TrialRow, version: VersionRow | None) -> None:
    end = _milliseconds(trial, 0.0)
    tags = {
        "enerscope.trial": str(trial.id), "enerscope.target": trial.target, "enerscope.model": trial.model,
        "enerscope.sweep": trial.sweep, "enerscope.as_of": trial.as_of.isoformat(),
        "enerscope.data_hash": trial.data_hash, "enerscope.feature_set": trial.feature_set,
        "enerscope.feature_version": str(trial.feature_version), "enerscope.fingerprint": trial.fingerprint,
        "enerscope.simulated": str(trial.simulated).lower(), "mlflow.user": trial.run_by,
        "mlflow.source.name": "enerscope", "mlflow.source.git.commit": trial.code_version,
    }  # fmt: skip
    if trial.error:
        tags["enerscope.error"] = trial.error
    experiment = server.experiment(f"enerscope/{trial.target}")
    name = f"{trial.model} {trial.sweep} trial {trial.trial}"
    run_id = server.start_run(experiment, name, _milliseconds(trial, trial.seconds), tags)
    metrics = {key: float(value) for key, value in trial.metrics.items() if isinstance(value, (int, float))}
    params = {key: str(value) for key, value in trial.params.items()}
    server.log(
        run_id, params | {f"splits.{key}": str(value) for key, value in trial.splits.items()}, metrics, end
    )
    server.end_run(run_id, end, failed=trial.status != "finished")
    if version is not None:
        model = _model(trial.target, trial.model)
        server.register(model)
        source = f"enerscope:/forecast/versions/{version.id}"
        server.add_version(model, source, run_id, {TAG: str(version.id), "enerscope.name": version.name})


def _model(target: str, model: str) -> str:
    return f"{target}.{model}"


def _milliseconds(trial: TrialRow, before: float) -> int:
    return int((trial.recorded_at - timedelta(seconds=before)).timestamp() * 1000)
