#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Sums up what the tests covered: of the RTL lines, toggles and events from the files that Verilated
models wrote (sim/coverage_points.h), of the C++ lines from gcovr's JSON. Prints the figures, writes
pages, and ends with exit status 1 where something is below its threshold."""
import argparse
import collections
import html
import json
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
EVENTS = 'tests/coverage/events.sv'
LEAST_LINES = 95    # per cent, of each module's
LEAST_TOGGLES = 90  # per cent, of all of rtl/
LEAST_CXX = 90      # per cent, of model/ and of sw/
CXX_FOLDERS = ('model', 'sw', 'sim')

Point = collections.namedtuple('Point', 'file kind line column comment')


def points(folder):
    """Every point of the files in the folder, with how often it was hit in all of them."""
    counts = collections.Counter()
    for path in sorted(folder.glob('*.dat')):
        for line in path.read_text(encoding='utf-8').splitlines():
            if not line.startswith("C '"):
                continue
            keys, count = line[3:].rsplit("' ", 1)
            field = dict(pair.split('\2') for pair in keys.split('\1') if pair)
            kind, module = field['page'].split('/', 1)
            # An array adds in cycles that nobody looks at: the adder's events are the unit tests'.
            if kind == 'v_user' and module.startswith('events_fadd') and 'sumac_units' not in field['h']:
                count = 0
            kind = {'v_branch': 'line', 'v_line': 'line', 'v_toggle': 'toggle', 'v_user': 'event'}[kind]
            counts[Point(field['f'], kind, int(field['l']), int(field['n']), field['o'])] += int(count)
    if not counts:
        sys.exit(f'report.py: no coverage in {folder}: run script/coverage, which runs the tests')
    return counts


def waivers(path):
    """(module, kind, pattern, reason) of each line `module kind pattern | reason`."""
    found = []
    for line in path.read_text(encoding='utf-8').splitlines():
        if line and not line.startswith('#'):
            what, reason = line.split(' | ')
            module, kind, pattern = what.split()
            found.append((module, kind, re.compile(pattern + '$'), reason))
    return found


def waived(point, list_of_waivers):
    """The reason why the point cannot be hit, or none."""
    name = f'{point.line}:{point.comment}' if point.kind == 'line' else point.comment
    for module, kind, pattern, reason in list_of_waivers:
        if (module, kind) == (pathlib.Path(point.file).stem, point.kind) and pattern.match(name):
            return reason
    return None


def percent(hit, of):
    """As text, rounded down: 100 means all."""
    return f'{int(1000 * hit / of) / 10:.1f} %' if of else '-'


class Report:
    """Lines for the terminal and sections for the page, and what is too little."""

    def __init__(self, pages):
        self.pages = pages
        self.sections = []
        self.short = []

    def table(self, title, heads, rows, links=None):
        """Prints a table and keeps it for the page; links are those of its first column."""
        widths = [max(len(str(row[i])) for row in [heads] + rows) for i in range(len(heads))]
        print(f'\n{title}')
        for row in [heads] + rows:
            print('  ' + '  '.join(str(cell).ljust(width) for cell, width in zip(row, widths)).rstrip())
        body = ''
        for row in rows:
            cells = [html.escape(str(cell)) for cell in row]
            if links and row[0] in links:
                cells[0] = f'<a href="{links[row[0]]}">{cells[0]}</a>'
            body += '<tr><td>' + '<td>'.join(cells) + '\n'
        head = '<th>'.join(html.escape(cell) for cell in heads)
        self.sections.append(f'<h2>{html.escape(title)}</h2><table><tr><th>{head}\n{body}</table>')

    def least(self, what, hit, of, least):
        """Notes where less than `least` per cent are hit."""
        if 100 * hit < least * of:
            self.short.append(f'{what}: {percent(hit, of)}, at least {least} % are wanted')

    def write(self):
        """The page, and the verdict."""
        verdict = self.short or ['Everything reaches its threshold.']
        (self.pages / 'index.html').write_text(page(
            'Coverage', '<p>' + '<br>'.join(map(html.escape, verdict)) + ''.join(self.sections)))
        print()
        print('\n'.join(verdict))
        return 1 if self.short else 0


def page(title, body):
    """An HTML page."""
    return (f'<!doctype html><meta charset="utf-8"><title>{html.escape(title)}</title>'
            '<style>body{font-family:sans-serif;margin:2em}td,th{text-align:left;padding:0 1em 0 0}'
            'pre{line-height:1.3}.hole{background:#fdd}.count{color:#888}</style>'
            f'<h1>{html.escape(title)}</h1>{body}')


def source_page(file, counts, list_of_waivers):
    """A source with the hits of its lines and branches, and below its holes."""
    by_line = collections.defaultdict(list)
    for point, count in counts.items():
        if point.file == file and point.kind == 'line':
            by_line[point.line].append(count)
    text = ''
    for number, line in enumerate((ROOT / file).read_text(encoding='utf-8').splitlines(), 1):
        hits = by_line.get(number)
        hole = ' class="hole"' if hits and min(hits) == 0 else ''
        count = ' '.join(map(str, hits)) if hits else ''
        text += f'<span{hole}><span class="count">{count:>12} {number:4} </span>{html.escape(line)}</span>\n'
    holes = [(p, waived(p, list_of_waivers)) for p, count in sorted(counts.items())
             if p.file == file and count == 0]
    items = ''.join(f'<li>{p.kind}, line {p.line}: {html.escape(p.comment)}'
                    f'{" (" + html.escape(reason) + ")" if reason else ""}' for p, reason in holes)
    return page(file, f'<p>Hits of each line and branch.<pre>{text}</pre><h2>Not hit</h2><ul>{items}</ul>')


def rtl(report, counts, list_of_waivers):
    """Lines and toggles of each module."""
    total = collections.Counter()
    rows = []
    links = {}
    for file in sorted({point.file for point in counts if point.file.startswith('rtl/')}):
        module = pathlib.Path(file).stem
        seen = collections.Counter()
        for point, count in counts.items():
            if point.file != file:
                continue
            if count == 0 and waived(point, list_of_waivers):
                seen['waived'] += 1
                continue
            seen[point.kind] += 1
            seen[point.kind + ' hit'] += count > 0
        report.least(f'lines of {module}', seen['line hit'], seen['line'], LEAST_LINES)
        rows.append((module, percent(seen['line hit'], seen['line']), f"{seen['line hit']}/{seen['line']}",
                     percent(seen['toggle hit'], seen['toggle']), f"{seen['toggle hit']}/{seen['toggle']}",
                     seen['waived'] or ''))
        links[module] = module + '.html'
        (report.pages / links[module]).write_text(source_page(file, counts, list_of_waivers))
        total += seen
    rows.append(('all of rtl/', percent(total['line hit'], total['line']), f"{total['line hit']}/{total['line']}",
                 percent(total['toggle hit'], total['toggle']), f"{total['toggle hit']}/{total['toggle']}",
                 total['waived'] or ''))
    report.least('toggles of rtl/', total['toggle hit'], total['toggle'], LEAST_TOGGLES)
    report.table('RTL', ('module', 'lines', '', 'toggles', '', 'waived'), rows, links)
    for module, kind, pattern, reason in list_of_waivers:
        if not any(count == 0 and waived(point, [(module, kind, pattern, reason)])
                   for point, count in counts.items()):
            report.short.append(f'a waiver is not needed: {module} {kind} {pattern.pattern}')


def events(report, counts):
    """How often each event happened; every one that is declared has to."""
    text = (ROOT / EVENTS).read_text(encoding='utf-8')
    meanings = dict(re.findall(r'^ +(\w+): +cover .*?;(?: +// (.*))?$', text, re.MULTILINE))
    hits = collections.Counter()
    for point, count in counts.items():
        if point.kind == 'event':
            hits[point.comment] += count
    rows = [(name, hits[name], meaning) for name, meaning in meanings.items()]
    happened = sum(hits[name] > 0 for name in meanings)
    report.short += [f'never happened: {name}' for name in meanings if hits[name] == 0]
    report.table(f'Events: {happened} of {len(meanings)} happened', ('event', 'times', 'meaning'), rows)


def cxx(report, file):
    """Lines of the C++ folders, and of each of their files."""
    lines = collections.defaultdict(collections.Counter)
    for source in json.loads(file.read_text(encoding='utf-8'))['files']:
        name = source['file']
        folder = name.split('/', 1)[0]
        for line in source['lines']:
            if line.get('gcovr/noncode'):
                continue
            for key in (folder, name):
                lines[key]['all'] += 1
                lines[key]['hit'] += line['count'] > 0
    def row(name):
        return name, percent(lines[name]['hit'], lines[name]['all']), f"{lines[name]['hit']}/{lines[name]['all']}"
    report.table('C++', ('folder', 'lines', ''), [row(name) for name in CXX_FOLDERS if name in lines],
                 {name: 'cxx/index.html' for name in CXX_FOLDERS})
    low = [name for name in sorted(lines) if '/' in name and
           100 * lines[name]['hit'] < LEAST_CXX * lines[name]['all']]
    report.table(f'C++ files below {LEAST_CXX} %', ('file', 'lines', ''), [row(name) for name in low])
    for folder in ('model', 'sw'):
        report.least(f'lines of {folder}/', lines[folder]['hit'], lines[folder]['all'], LEAST_CXX)


def main():
    """The report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--rtl', type=pathlib.Path, help='the folder of the models\' files')
    parser.add_argument('--cxx', type=pathlib.Path, help='the JSON file of gcovr')
    parser.add_argument('--pages', type=pathlib.Path, required=True, help='the folder for HTML pages')
    arguments = parser.parse_args()
    arguments.pages.mkdir(parents=True, exist_ok=True)
    report = Report(arguments.pages)
    if arguments.rtl:
        counts = points(arguments.rtl)
        rtl(report, counts, waivers(ROOT / 'tests/coverage/waivers.txt'))
        events(report, counts)
    if arguments.cxx:
        cxx(report, arguments.cxx)
    return report.write()


if __name__ == '__main__':
    sys.exit(main())
