"""A person of operations drops a file, answers what it leaves open, and has it checked by a job of its own.

Only checks are run: the demo desk of these tests is shared, and a check stores nothing.
"""

from playwright.sync_api import expect

QUESTION = "date;instrument;price;unit\n" + "".join(
    f"0{1 + i}/0{1 + i % 3}/2024;TTF_TEST;{30 + i},5;EUR/MWh\n" for i in range(9)
)


def open_page(visit, width=1440):
    page = visit("operations", "/market/import", width=width)
    expect(page.get_by_text("Drop a file here")).to_be_visible()
    return page


def drop(page, tmp_path, content, name):
    path = tmp_path / name
    path.write_text(content)
    page.locator("input[type=file]").set_input_files(path)


def test_open_question_is_asked_and_answered(visit, tmp_path):
    page = open_page(visit)
    drop(page, tmp_path, QUESTION, "question.csv")
    expect(page.get_by_text("no row in the file settles it")).to_be_visible()
    start = page.get_by_role("button", name="Import", exact=True)
    expect(start).to_be_disabled()
    page.get_by_text("More answers").click()
    page.get_by_label("Date order").select_option("dmy")
    expect(page.get_by_text("The file can be read as it stands.")).to_be_visible()
    page.get_by_text("Only check, store nothing").click()
    start.click()
    expect(page.get_by_text("9 of 9 rows would be taken in")).to_be_visible(timeout=60_000)


def test_bad_rows_are_listed_with_their_lines(visit, tmp_path):
    page = open_page(visit)
    drop(
        page,
        tmp_path,
        "date,instrument,price,unit\n2024-01-02,X_TEST,1,USD/t\n2024-01-03,X_TEST,oops,USD/t\n",
        "bad.csv",
    )
    page.get_by_text("Only check, store nothing").click()
    start = page.get_by_role("button", name="Import", exact=True)
    expect(start).to_be_enabled()
    start.click()
    expect(page.get_by_text("1 of 2 rows are bad")).to_be_visible(timeout=60_000)
    expect(page.get_by_role("row", name="'oops' in column 'price' is not a number")).to_be_visible()


def test_web_page_saved_by_mistake_is_told(visit, tmp_path):
    page = open_page(visit, width=390)
    drop(page, tmp_path, "<html>Please log in</html>", "export.csv")
    expect(page.get_by_text("is a web page, not a table")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_run_can_be_stopped_while_it_goes_on(visit, tmp_path):
    page = open_page(visit)
    days = [
        f"20{year:02d}-{month:02d}-{day:02d}"
        for year in range(24)
        for month in range(1, 13)
        for day in range(1, 29)
    ]
    rows = "".join(f"{day},LONG_{name},{30 + name},EUR/MWh\n" for name in range(12) for day in days)
    drop(page, tmp_path, "date,instrument,price,unit\n" + rows, "long.csv")
    start = page.get_by_role("button", name="Import", exact=True)
    expect(start).to_be_enabled(timeout=60_000)
    page.get_by_text("Only check, store nothing").click()
    start.click()
    stop = page.get_by_role("button", name="Stop", exact=True)
    stop.click()  # refused by the browser's driver while a veil lies on it
    expect(page.locator("#market-import-progress")).to_be_hidden()
    expect(start).to_be_enabled()
