"""The bare pages: prices, one instrument, volatility, correlation."""

from collections.abc import Callable

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from arch import arch_model
from dash import Dash, Input, Output, dcc, html
from flask import Flask
from plotly.subplots import make_subplots

from tests.bench.bare.frames import Market
from tests.bench.bare.parts import sparkline, table, tiles

HEADLINES = ["BRENT", "TTF", "HENRY_HUB", "EUA", "POWER_DE_LU", "API2"]
SET = ["BRENT", "TTF", "HENRY_HUB", "API2", "EUA", "POWER_DE_LU", "POWER_FR"]
RANGES = {"1 M": 31, "3 M": 92, "6 M": 183, "1 Y": 366, "3 Y": 1096}
HORIZONS = [5, 10, 20, 40, 60, 120, 250]


def _app(server: Flask, name: str, title: str, control: html.Div) -> Dash:
    app = Dash(f"bare_{name}", server=server, url_base_pathname=f"/{name}/", assets_folder="none")
    app.layout = html.Div([html.H1(title), control, html.Div(id="content")])
    return app


def prices(server: Flask, market: Market) -> None:
    """Register tiles and the watchlist, filtered by commodity."""
    choices = ["all", *sorted(market.instruments["commodity"].unique())]
    app = _app(server, "prices", "Prices", dcc.RadioItems(choices, "all", id="commodity", inline=True))

    @app.callback(Output("content", "children"), Input("commodity", "value"))
    def draw(commodity: str) -> list[html.Div | html.Table]:
        chosen = market.instruments
        if commodity != "all":
            chosen = chosen[chosen["commodity"] == commodity]
        recent = market.bars[market.bars["day"] >= market.bars["day"].max() - pd.Timedelta(days=70)]
        groups = dict(iter(recent.groupby("code")["settle"]))
        days = recent.groupby("code")["day"].max()
        rows = []
        for row in chosen.itertuples():
            settle = groups.get(row.code)
            if settle is None:
                continue
            returns = np.log(settle.where(settle > 0)).diff().tail(20)
            change = settle.iloc[-1] - settle.iloc[-2]
            rows.append(
                {
                    "Instrument": html.A(row.code, href=f"../instrument/?code={row.code}"),
                    "Name": row.name,
                    "Last": settle.iloc[-1],
                    "Unit": row.unit,
                    "Change": change,
                    "Change %": 100 * change / settle.iloc[-2],
                    "20 days": sparkline(settle.tail(20).tolist()),
                    "Vol 20 d": 100 * returns.std() * np.sqrt(252),
                    "Day": f"{days[row.code]:%Y-%m-%d}",
                    "Age": str((market.bars["day"].max() - days[row.code]).days),
                    "Source": row.source,
                    "Data": "simulated" if row.simulated else "real",
                }
            )
        last = {code: f"{groups[code].iloc[-1]:,.2f}" for code in HEADLINES}
        return [tiles(last), table(pd.DataFrame(rows))]


def instrument(server: Flask, market: Market) -> None:
    """Register candles, volume and three averages of TTF, by range."""
    app = _app(server, "instrument", "TTF", dcc.RadioItems(list(RANGES), "1 Y", id="range", inline=True))

    @app.callback(Output("content", "children"), Input("range", "value"))
    def draw(span: str) -> list[html.Div | dcc.Graph]:
        bars = market.of("TTF")
        averages = {window: bars["settle"].rolling(window).mean() for window in (20, 50, 200)}
        shown = bars[bars.index >= bars.index.max() - pd.Timedelta(days=RANGES[span])]
        figure = make_subplots(rows=2, cols=1, shared_xaxes=True, row_heights=[0.78, 0.22])
        figure.add_trace(
            go.Candlestick(
                x=shown.index, open=shown["open"], high=shown["high"], low=shown["low"], close=shown["settle"]
            ),
            row=1,
            col=1,
        )
        for window, average in averages.items():
            line = average[shown.index]
            figure.add_trace(go.Scatter(x=line.index, y=line, name=f"{window} d average"), row=1, col=1)
        figure.add_trace(go.Bar(x=shown.index, y=shown["volume"], name="volume"), row=2, col=1)
        figure.update_layout(height=460, xaxis_rangeslider_visible=False, hovermode="x unified")
        settle = bars["settle"]
        change = settle.iloc[-1] - settle.iloc[-2]
        vol = np.log(settle).diff().tail(20).std() * np.sqrt(252)
        numbers = {
            "Last": f"{settle.iloc[-1]:,.2f}",
            "Change": f"{change:+,.2f}",
            "Change %": f"{change / settle.iloc[-2]:+.1%}",
            "Realised volatility": f"{vol:.1%}",
        }
        return [tiles(numbers), dcc.Graph(figure=figure)]


def volatility(server: Flask, market: Market) -> None:
    """Register realised, EWMA and GARCH volatility of Brent over three years, the cone and the term structure."""
    app = _app(
        server, "volatility", "Volatility", dcc.RadioItems(["20", "60"], "20", id="window", inline=True)
    )

    @app.callback(Output("content", "children"), Input("window", "value"))
    def draw(window: str) -> list[html.Div | dcc.Graph | html.Table]:
        returns = np.log(market.of("BRENT")["settle"]).diff().dropna()
        year = np.sqrt(252)
        shown = returns[returns.index >= returns.index.max() - pd.Timedelta(days=1096)]
        realised = (returns.rolling(int(window)).std() * year)[shown.index]
        ewma = (np.sqrt((returns**2).ewm(alpha=0.06).mean()) * year)[shown.index]
        fit = arch_model(100 * shown, vol="GARCH", p=1, q=1).fit(disp="off")
        garch = fit.conditional_volatility / 100 * year
        paths = go.Figure(
            [
                go.Scatter(x=line.index, y=line, name=name)
                for name, line in (
                    (f"realised, {window} days", realised),
                    ("EWMA", ewma),
                    ("GARCH(1,1)", garch),
                )
            ]
        )
        ahead = fit.forecast(horizon=252, reindex=False).variance.iloc[-1]
        steps = np.arange(1, 253)
        term = np.sqrt(ahead.cumsum().to_numpy() / steps) / 100 * year
        lines = go.Figure(
            [go.Scatter(x=steps, y=term, name="GARCH"), go.Scatter(x=[1, 252], y=[term[0]] * 2)]
        )
        lines.update_xaxes(type="log")
        persistence = fit.params["alpha[1]"] + fit.params["beta[1]"]
        numbers = {
            "Realised": f"{realised.iloc[-1]:.1%}",
            "EWMA": f"{ewma.iloc[-1]:.1%}",
            "GARCH(1,1)": f"{term[0]:.1%}",
            "Persistence": f"{persistence:.3f}",
            "Half-life": f"{np.log(0.5) / np.log(persistence):.0f} days",
        }
        found = pd.DataFrame(
            {"Parameter": fit.params.index, "Estimate": fit.params.to_numpy(), "SE": fit.std_err}
        )
        graphs = [dcc.Graph(figure=figure) for figure in (paths, _cone(shown), lines)]
        return [tiles(numbers), *graphs, table(found)]


def _cone(returns: pd.Series) -> go.Figure:
    rolled = {h: returns.rolling(h).std().dropna() * np.sqrt(252) for h in HORIZONS}
    x = [str(h) for h in HORIZONS]
    levels = (0.0, 0.1, 0.25, 0.5, 0.75, 0.9, 1.0)
    traces = [
        go.Scatter(x=x, y=[rolled[h].quantile(level) for h in HORIZONS], name=f"{level:.0%}")
        for level in levels
    ]
    return go.Figure([*traces, go.Scatter(x=x, y=[rolled[h].iloc[-1] for h in HORIZONS], name="now")])


def correlation(server: Flask, market: Market) -> None:
    """Register the correlation matrix of seven instruments over a year, and rolling correlations with Brent."""
    app = _app(
        server, "correlation", "Correlation", dcc.RadioItems(["60", "120"], "60", id="window", inline=True)
    )

    @app.callback(Output("content", "children"), Input("window", "value"))
    def draw(window: str) -> list[html.Div | dcc.Graph]:
        returns = market.settles(SET).dropna().diff().dropna()
        shown = returns[returns.index >= returns.index.max() - pd.Timedelta(days=366)]
        matrix = shown.corr()
        heat = go.Figure(
            go.Heatmap(
                x=SET, y=SET, z=matrix.to_numpy(), zmin=-1, zmax=1, colorscale="RdBu", texttemplate="%{z:.2f}"
            )
        )
        heat.update_layout(height=400)
        rolled = {
            code: returns[code].rolling(int(window)).corr(returns["BRENT"])[shown.index] for code in SET[1:]
        }
        lines = go.Figure([go.Scatter(x=line.index, y=line, name=code) for code, line in rolled.items()])
        numbers = {
            "Condition": f"{np.linalg.cond(matrix):.1f}",
            "Mean": f"{matrix.to_numpy()[np.triu_indices(7, 1)].mean():.2f}",
        }
        return [tiles(numbers), dcc.Graph(figure=heat), dcc.Graph(figure=lines)]


PAGES: tuple[Callable[[Flask, Market], None], ...] = (prices, instrument, volatility, correlation)
