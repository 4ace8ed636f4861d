"""The filter against one written with plain matrices, with holes, with vague starts and with errors of zero."""

import numpy as np
import pytest

from portal.domain.market.errors import LengthMismatch
from portal.domain.portfolio.models.kalman import StateSpace, run_filter


def model(b=2, m=3, seed=0, error=0.05):
    rng = np.random.default_rng(seed)
    noise = rng.normal(size=(b, 2, 2)) * 0.1
    return StateSpace(
        np.broadcast_to(np.diag([1.0, 0.9]), (b, 2, 2)),
        rng.normal(size=(b, 2)) * 0.01,
        noise @ noise.transpose(0, 2, 1) + 0.01 * np.eye(2),
        rng.uniform(0.2, 1.0, (b, m, 2)),
        rng.normal(size=(b, m)),
        np.full((b, m), error**2),
        np.zeros((b, 2)),
        np.broadcast_to(np.eye(2), (b, 2, 2)),
    )


def reference(y, s, at):
    """The textbook filter: all observations of a time together, inverse and all."""
    x, p, total, states = s.start[at], s.start_covariance[at], 0.0, []
    for row in y:
        x = s.transition[at] @ x + s.drift[at]
        p = s.transition[at] @ p @ s.transition[at].T + s.noise[at]
        seen = np.isfinite(row)
        if seen.any():
            z = s.design[at][seen]
            v = row[seen] - s.intercept[at][seen] - z @ x
            f = z @ p @ z.T + np.diag(s.error[at][seen])
            gain = p @ z.T @ np.linalg.inv(f)
            x, p = x + gain @ v, p - gain @ z @ p
            total -= 0.5 * (
                seen.sum() * np.log(2 * np.pi) + np.linalg.slogdet(f)[1] + v @ np.linalg.solve(f, v)
            )
        states.append(x)
    return total, np.array(states)


def test_agrees_with_the_textbook_before_and_after_the_gains_settle():
    s, y = model(), np.random.default_rng(2).normal(size=(400, 3))
    found = run_filter(y, s)
    for at in range(2):
        total, states = reference(y, s, at)
        assert found.log_likelihood[at] == pytest.approx(total, rel=1e-11)
        np.testing.assert_allclose(found.states[at], states, atol=1e-10)


def test_missing_observations_are_left_out():
    s, y = model(), np.random.default_rng(3).normal(size=(60, 3))
    y[5], y[7, 1], y[40:43, 2] = np.nan, np.nan, np.nan
    found = run_filter(y, s)
    total, states = reference(y, s, 1)
    assert found.log_likelihood[1] == pytest.approx(total, rel=1e-11)
    np.testing.assert_allclose(found.states[1], states, atol=1e-10)


def test_a_design_that_changes_in_time_is_used():
    s, y = model(), np.random.default_rng(4).normal(size=(50, 3))
    varying = StateSpace(
        s.transition, s.drift, s.noise,
        np.broadcast_to(s.design[:, None], (2, 50, 3, 2)), np.broadcast_to(s.intercept[:, None], (2, 50, 3)),
        s.error, s.start, s.start_covariance,
    )  # fmt: skip
    np.testing.assert_allclose(
        run_filter(y, varying).log_likelihood, run_filter(y, s).log_likelihood, rtol=1e-11
    )


def test_observations_without_error_are_met_and_their_contradiction_is_impossible():
    s = model(b=1, m=2, error=0.0)
    y = np.random.default_rng(5).normal(size=(20, 2))
    found = run_filter(y, s)
    fitted = found.states[0] @ s.design[0].T + s.intercept[0]
    np.testing.assert_allclose(fitted, y, atol=1e-9)
    same = StateSpace(
        s.transition, s.drift, s.noise, np.ones((1, 3, 2)) * [1.0, 0.0], np.zeros((1, 3)), np.zeros((1, 3)),
        s.start, np.zeros((1, 2, 2)),
    )  # fmt: skip
    assert run_filter(np.array([[1.0, 1.0, 2.0]]), same).log_likelihood[0] == -np.inf


def test_the_order_of_observations_does_not_matter_from_a_vague_start():
    s, y = model(b=1, m=3, error=0.05), np.random.default_rng(6).normal(size=(30, 3))
    turn = [2, 0, 1]
    wide = StateSpace(
        s.transition, s.drift, s.noise, s.design, s.intercept, s.error, s.start, 100 * np.eye(2)[None]
    )
    turned = StateSpace(
        s.transition,
        s.drift,
        s.noise,
        s.design[:, turn],
        s.intercept[:, turn],
        s.error,
        s.start,
        100 * np.eye(2)[None],
    )
    first, second = run_filter(y, wide), run_filter(y[:, turn], turned)
    assert first.log_likelihood[0] == pytest.approx(second.log_likelihood[0], rel=1e-10)


def test_a_panel_of_another_width_is_refused():
    with pytest.raises(LengthMismatch, match="expects 3 observations"):
        run_filter(np.zeros((5, 2)), model())
