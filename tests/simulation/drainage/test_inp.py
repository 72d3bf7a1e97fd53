"""Reading SWMM models: what is in them, and every problem at once with its line."""

from __future__ import annotations

import pickle
import re

import pytest

from simulation.drainage.inp import InpError, read_inp, section_name
from simulation.drainage.protocol import DrainageError
from tests.simulation.drainage.drains import pipe, pystorms, town


def problems(text: str) -> list[str]:
    """The problems of a text, as sentences."""
    with pytest.raises(InpError) as caught:
        read_inp(text)
    return [str(p) for p in caught.value.problems]


def line_of(text: str, start: str) -> int:
    """Line of the first row that starts so."""
    return next(i for i, line in enumerate(text.splitlines(), 1) if line.startswith(start))


def test_a_model_is_read_in_the_engines_order_and_in_metres() -> None:
    inp = read_inp(town(ponding="YES"))
    assert [node.name for node in inp.nodes] == ["N1", "N2", "O"]
    assert [(x.name, x.kind, x.start, x.end) for x in inp.links] == [
        ("C1", "conduit", "N1", "N2"),
        ("C2", "conduit", "N2", "O"),
    ]
    assert inp.outfalls == ("O",) and inp.ponding and inp.metric
    land = inp.subcatchments[0]
    assert (land.outlet, land.area, land.impervious) == ("N1", 40_000.0, 0.8)
    assert inp.coordinates["N2"] == (100.0, 0.0)


def test_acres_become_square_metres() -> None:
    text = town().replace("FLOW_UNITS CMS", "FLOW_UNITS CFS")
    assert read_inp(text).subcatchments[0].area == pytest.approx(4 * 4046.856, rel=1e-6)


@pytest.mark.parametrize("name", ["alpha", "beta", "gamma", "theta", "zeta"])
def test_published_models_have_no_problems(name: str) -> None:
    inp = read_inp(pystorms(name))
    assert inp.nodes and inp.links and inp.outfalls and inp.subcatchments


def test_sections_may_be_cut_short_and_in_any_case() -> None:
    assert section_name("[Coord]") == "COORDINATES"
    assert section_name("[subcatch]") == "SUBCATCHMENTS"
    assert section_name("[FOO]") is None


def test_an_unknown_section_is_named_with_its_line() -> None:
    text = pipe() + "[PIPES]\nX Y\n"
    assert problems(text) == [
        f"line {line_of(text, '[PIPES]')}: unknown section [PIPES] (SWMM would refuse the file here)"
    ]


def test_a_link_to_nowhere_names_link_node_and_line() -> None:
    text = pipe().replace("C J O 100", "C J O9 100")
    (only,) = problems(text)
    assert only.startswith(f"line {line_of(text, 'C J O9')}: conduit 'C' ends at node 'O9'")


@pytest.mark.parametrize("length", ["0", "-5", "long", "nan", "inf"])
def test_a_length_must_be_a_number_above_zero(length: str) -> None:
    text = pipe().replace("C J O 100", f"C J O {length}")
    (only,) = problems(text)
    assert f"line {line_of(text, 'C J O')}: the length of 'C' is" in only


def test_a_subcatchment_needs_its_gage_and_its_outlet() -> None:
    text = town().replace("A G N1", "A G7 N7")
    found = problems(text)
    assert any("gage 'G7', which is not there" in p for p in found)
    assert any("drains to 'N7', which is nowhere defined" in p for p in found)


def test_a_file_that_is_cut_off_says_so() -> None:
    whole = town()
    text = whole[: whole.index("C2 CIRCULAR")]
    assert any("1 link has no cross-section: 'C2'" in p and "cut off" in p for p in problems(text))


def test_a_row_that_is_cut_off_names_what_is_missing() -> None:
    whole = pipe()
    text = whole[: whole.index("0.013")]
    found = problems(text)
    assert any(
        "a row of [CONDUITS] needs 7 items, this has 4 (the file may be cut off here)" in p for p in found
    )


def test_a_model_without_outfall_is_refused() -> None:
    text = pipe().replace("[OUTFALLS]\nO 10 FREE", "[JUNCTIONS]\nO 10 1 0 0 0")
    assert problems(text) == ["the model has no outfall (water must leave somewhere: add one in [OUTFALLS])"]


@pytest.mark.parametrize("text", ["", "hello", "PK\x03\x04 zip", "id,name\n1,a\n"])
def test_what_is_no_model_is_called_so(text: str) -> None:
    assert "this is no SWMM model" in problems(text)[0]


def test_a_wrong_encoding_is_named_with_its_line() -> None:
    assert problems("[TITLE]\nA\ufffd\n")[0].startswith("line 2: the file is not plain text")
    assert "not plain text" in problems("[\x00T\x00I\x00")[0]


def test_names_that_stand_twice_point_to_the_first() -> None:
    text = pipe().replace("J 11 2 0 0 0", "J 11 2 0 0 0\nJ 12 2 0 0 0")
    (only,) = problems(text)
    assert f"node 'J' stands twice, first in line {line_of(text, 'J 11')}" in only


def test_a_series_file_that_inflows_need_cannot_travel() -> None:
    text = pipe().replace('J FLOW ""', "J FLOW tide") + "[TIMESERIES]\ntide FILE tide.dat\n"
    (only,) = problems(text)
    assert "time series 'tide' reads the file 'tide.dat'" in only and "paste its rows" in only


def test_all_problems_come_at_once() -> None:
    text = pipe().replace("C J O 100", "C J O9 0").replace("FLOW_UNITS CMS", "FLOW_UNITS MMS") + "[FOO]\n"
    found = problems(text)
    assert len(found) == 4
    lines = [int(re.match(r"line (\d+)", p)[1]) for p in found]  # type: ignore[index]
    assert lines == sorted(lines)


def test_an_inp_error_is_a_drainage_error_and_survives_the_way_from_a_worker() -> None:
    with pytest.raises(DrainageError, match="no SWMM model") as caught:
        read_inp("")
    back = pickle.loads(pickle.dumps(caught.value))
    assert str(back) == str(caught.value) and back.problems == caught.value.problems


def test_rows_are_found_by_place_and_series_by_name_in_any_case() -> None:
    inp = read_inp(pipe() + "[TIMESERIES]\na 0:00 1\nb 0:00 2\n; a remark\nA 1:00 3\n")
    rows = inp.rows("TIMESERIES")
    assert inp.series == {"A": [0, 2], "B": [1]}
    assert [row.words[2] for row in rows] == ["1", "2", "3"] and len(rows) == 3
    assert list(reversed(rows)) == [rows[-1], rows[1], rows[0]] and rows[1:] == [rows[1], rows[2]]
    assert rows[2].line == rows[1].line + 2, "a remark is a line too"
