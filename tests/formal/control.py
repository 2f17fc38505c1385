# SPDX-License-Identifier: Apache-2.0
"""The properties of the control, each with mutants of the RTL that break it.

A property is a harness of control/ with the RTL as it is: assertions (`assert`), and what the
surroundings owe the RTL (`assume`). Yosys makes an and-inverter graph of both; its ABC proves that no
assertion fails in any cycle (`pdr`, which finds an inductive invariant by itself and checks it: for any
number of cycles), or in the first `depth` cycles (bounded model checking). A mutant's counterexample
is run once more by Yosys's simulator, which names the assertion where it follows the run to its end
(in 0.23 it loses some registers that are not reset).

In the copies the checks' `$error` is a failing assertion.
"""

import dataclasses
import re
import resource
import shutil
import subprocess
import tempfile
import time

from rtl import FORMAL, Sources

CONTROL = FORMAL / 'control'
SHARED = ('order.sv', 'bound.sv', 'start.sv', 'queue.sv')


@dataclasses.dataclass
class Edit:
    """A mutant, or a smaller constant: `old`, which is there once, becomes `new`."""
    file: str
    old: str
    new: str


@dataclasses.dataclass
class Property:
    name: str
    harness: str
    parameters: dict
    mutants: list
    abstract: bool = False    # the modules of control/abstract stand for the arithmetic
    edits: tuple = ()         # constants made smaller, in the copy
    depth: int = 0            # 0: for any number of cycles; else so many
    long: bool = False        # not part of the tests

    def report(self):
        """Prints the property's lines; whether it holds and its mutants do not."""
        start = time.process_time() + _children()
        good, refuted = True, []
        try:
            with tempfile.TemporaryDirectory() as folder:
                Graph(self, folder).prove()
            result = 'proved' if self.depth == 0 else f'proved to cycle {self.depth}'
        except Failed as error:
            good, result = False, f'NOT PROVED: {error}'
        seconds = time.process_time() + _children() - start
        for mutant in self.mutants:
            try:
                with tempfile.TemporaryDirectory() as folder:
                    refuted.append(f'{mutant.file}: {Graph(self, folder, mutant).refute()}')
            except Failed as error:
                good = False
                refuted.append(f'{mutant.file}: NOT REFUTED: {error}')
        print(f'{self.name:<34} {result} {seconds:6.1f} s', flush=True)
        for line in refuted:
            print(f'{"":<34} mutant of {line}', flush=True)
        return good


class Failed(Exception):
    pass


def _children():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def _checks_as_assertions(folder):
    """The checks of rtl/ fail where they tell an error; sumac_stream_given assumes what the stream's asserts."""
    for path in folder.glob('sumac_*_check.sv'):
        text = path.read_text()
        text = text.replace('`ifndef SYNTHESIS\nmodule', 'module').replace('endmodule\n`endif\n', 'endmodule\n')
        text = text.replace('!==', '!=').replace('===', '==')  # two states
        text = re.sub(r'\$isunknown\([^)]*\)', "1'b0", text)
        text = text.replace('always @(posedge clk_i)', 'always_comb')
        # The port's other side is the surroundings: its rules are premises.
        text = re.sub(r'sumac_stream_check (#\(.*"AXI4 [RB]"\))', r'sumac_stream_given \1', text)
        text = re.sub(r'\$error\(("AXI4 [RB]: .*")\);', r"assume (1'b0);  // \1", text)
        text = re.sub(r'\$error\((.*)\);', r"assert (1'b0);  // \1", text)
        path.write_text(text)
    given = (folder / 'sumac_stream_check.sv').read_text()
    given = given.replace('module sumac_stream_check', 'module sumac_stream_given').replace('assert (', 'assume (')
    (folder / 'sumac_stream_given.sv').write_text(given)


def _publish(path):
    """Gives each wire of an RTLIL file a public name: others are not in the map of a graph."""
    lines = []
    for line in path.open():
        kind, rest = re.fullmatch(r'(\s*(?:cell \S+ )?)(.*\n?)', line).groups()
        if not rest.startswith(('attribute', '#')):
            rest = re.sub(r'(?<![\w$\\.])\$(?=[\w$])', r'\\$', rest)
        lines.append(kind + rest)
    path.write_text(''.join(lines))


class Graph:
    """The and-inverter graph of a property."""

    def __init__(self, prop, folder, mutant=None):
        self.prop = prop
        sources = Sources(folder)
        self.folder = sources.folder
        for edit in (*prop.edits, *((mutant,) if mutant else ())):
            sources.replace(edit.file, edit.old, edit.new)
        _checks_as_assertions(self.folder)
        files = [file for file in sources.files if file.startswith('sumac_')] + ['sumac_stream_given.sv']
        for file in (*SHARED, f'{prop.harness}.sv'):
            shutil.copy(CONTROL / file, self.folder)
            files.append(file)
        if prop.abstract:
            for path in (CONTROL / 'abstract').glob('*.sv'):
                shutil.copy(path, self.folder)
        values = ' '.join(f'-set {key} {value}' for key, value in prop.parameters.items())
        words = [
            f'read_verilog -sv -formal -D SYNTHESIS {" ".join(files)}',
            *([f'chparam {values} {prop.harness}'] if values else []),
            f'hierarchy -check -top {prop.harness}', 'proc', 'flatten', 'opt_clean', 'memory -nomap', 'memory_map',
            # What is not reset may be anything at first, what is not driven, at any time ...
            'async2sync', 'dffunmap', 'formalff -clk2ff -ff2anyinit', 'opt -fast']
        if mutant:  # ... where a counterexample with zeros is one too.
            self._yosys(*words, 'setundef -undriven -zero', 'setundef -zero', 'formalff -anyinit2ff',
                        'write_rtlil words.il')
            _publish(self.folder / 'words.il')
            words = ['read_rtlil words.il']
        else:
            words += ['setundef -undriven -anyseq', 'setundef -anyseq']
        # Techmap makes anew what an index past its range gives.
        self._yosys(*words, 'techmap', 'opt -fast', f'setundef {"-zero" if mutant else "-anyseq"}', 'aigmap',
                    'opt_clean', 'write_aiger -I -B -zinit -no-startoffset -map graph.map graph.aig')

    def _yosys(self, *commands):
        return self._run('yosys', '-p', '; '.join(commands))

    def _run(self, *command):
        done = subprocess.run(command, cwd=self.folder, capture_output=True, text=True)
        if done.returncode:
            raise Failed(f'{command[0]}: {(done.stderr or done.stdout).strip()[-300:]}')
        return done.stdout

    def _abc(self, commands):
        return self._run('yosys-abc', '-c', f'read_aiger graph.aig; fold; strash; {commands}')

    def prove(self):
        """Failed where an assertion fails or nothing is known."""
        smaller = 'scorr; dc2; '
        if self.prop.depth:
            output = self._abc(f'{smaller}bmc3 -F {self.prop.depth}')
            proved = f'No output asserted in {self.prop.depth} frames' in output
        else:
            output = self._abc(f'{smaller}pdr -T 3600')
            proved = 'Property proved' in output
        if not proved:
            lines = [line for line in output.splitlines() if 'asserted' in line or 'undecided' in line.lower()]
            raise Failed(' '.join(lines) or output[-300:])

    def refute(self):
        """In words which assertion fails in which cycle, first of all."""
        output = self._abc(f'bmc3 -F {self.prop.depth or 60}; testcex; write_cex -a graph.aiw')
        found = re.search(r'was asserted in frame (\d+)', output)
        if not found:
            raise Failed('no counterexample')
        # ABC has dropped registers that it had no use for: all are zero at first, by -zinit. And it ends
        # the last line with a remark.
        trace = self.folder / 'graph.aiw'
        latches = int((self.folder / 'graph.aig').open('rb').readline().split()[3])
        inputs = trace.read_text().partition('#')[0].split()[1:]
        trace.write_text('\n'.join(['0' * latches, *inputs]) + '\n')
        # The simulator knows only what was there before techmap.
        wires = set(re.findall(r'^ +wire .*?\\?(\S+)$', (self.folder / 'words.il').read_text(), re.M))
        names = self.folder / 'graph.map'
        names.write_text(''.join(line for line in names.read_text().splitlines(True)
                                 if line.split()[3].removeprefix('\\') in wires))
        replay = self._yosys('read_rtlil words.il', 'sim -r graph.aiw -map graph.map -clock clk_i -w')
        failed = re.search(r'\$assert\$([^:$]+):(\d+)\$', replay)
        at = re.findall(r'Simulating cycle (\d+)', replay[:failed.start()])[-1] if failed else None
        if at not in (found[1], str(int(found[1]) - 1)):
            return f'an assertion fails in cycle {found[1]}'
        file, line = failed[1], int(failed[2])
        lines = (self.folder / file).read_text().splitlines()
        # Yosys names the line before where an assertion begins its line.
        if not re.search(r'\S.*\bassert\b', lines[line - 1]):
            line += 1
        code, _, comment = lines[line - 1].partition('//')
        return f'cycle {found[1]}: {comment.strip() or code.strip()} ({file}:{line})'


# Of the writer, in words, instead of 1,024.
SHORT_LINES = Edit('sumac_writer.sv', 'localparam int PageW  = 10;', 'localparam int PageW  = 2;')

PROPERTIES = [
    Property('FIFO in order, and it moves', 'prove_fifo', {}, [
        Edit('sumac_fifo.sv', "assign in_ready_o  = count_q != 2'd2", "assign in_ready_o  = count_q != 2'd3"),
        Edit('sumac_fifo.sv', "if (pop || count_q == 2'd0)", 'if (pop)')]),
    Property('delays, skew down', 'prove_delay', {}, [
        Edit('sumac_skew.sv', '.Depth(First + i * Step)', '.Depth(First - i * Step + Lanes)')]),
    Property('delays, skew up', 'prove_delay', {'First': 1, 'Step': 2}, [
        Edit('sumac_delay.sv', 'q_o = line_q[Depth*Width-1 -: Width]', 'q_o = line_q[Width-1:0]')]),
    Property('rotate, lanes, stage', 'prove_rotate', {}, [
        Edit('sumac_rotate.sv', '(q_o >> (Width << s))', '(q_o >> (Width << (s ^ 1)))'),
        Edit('sumac_stage.sv', 'if (en_i) value_q', 'value_q')]),
    Property('rows, in any portions', 'prove_rows', {}, [
        Edit('sumac_rows.sv', "in_last_i ? '0 : col_q", "in_last_i ? col_q : col_q"),
        Edit('sumac_rows.sv', "take_i - (RowW + 1)'(leave)", "take_i - (RowW + 1)'(get)")]),
    Property('turner, from the first', 'prove_turner', {}, [
        Edit('sumac_turner.sv', 'assign in_ready_o = ~full_q[wr_half_q];', "assign in_ready_o = 1'b1;"),
        Edit('sumac_turner.sv', 'given_q           <= \'0;', '')]),
    Property('turner, from the last', 'prove_turner', {'Reverse': 1}, [
        Edit('sumac_turner.sv', "IndexW'(beats_q[rd_half_q] - CountW'(1) - given_q)", 'IndexW\'(given_q)'),
        Edit('sumac_turner.sv', "index_q     <= index;", "index_q     <= index + IndexW'(1);")]),
    Property('commands, every tile', 'prove_commands', {}, [
        Edit('sumac_commands.sv', '.out_ready_i(taken & last)', '.out_ready_i(taken & k_last)'),
        Edit('sumac_commands.sv', "n_first ? '0 : offset_q", 'offset_q'),
        Edit('sumac_commands.sv', '(16\'(room_i) < m)', "(room_i == '0)"),
        Edit('sumac_tiles.sv', 'k_first_q <= k_last_o', "k_first_q <= 1'b0")]),
    Property('program: fetch, hand on, ask for', 'prove_program', {}, [
        Edit('sumac_program.sv', '(asked_q != tail_i);', '(asked_q != tail_i) & ~stop_i;'),
        Edit('sumac_program.sv', "place_q <= place_q + PlaceW'(load_words)", "place_q <= place_q + PlaceW'(1)")], depth=12),
    Property('activations: every word (long)', 'prove_operand', {}, [
        Edit('sumac_operand.sv', "(~load | (loaded_q != '0))", "1'b1"),
        Edit('sumac_feed.sv', "(LenW'(i) < end_q)", "(LenW'(i) <= end_q)")], depth=10, long=True),
    Property('weights: every word', 'prove_operand', {'Weights': 1}, [
        Edit('sumac_operand.sv', "lane_after = turn ? {1'b0, ~n_last} : {n_last", "lane_after = turn ? {1'b0, ~n_last} : {~n_last")], depth=10),
    Property('sequencer and interlock, 2 rows', 'prove_psums', {}, [
        Edit('sumac_psums.sv', '.Depth(Latency + 1), .Reset(1)) u_flight', '.Depth(Latency), .Reset(1)) u_flight'),
        Edit('sumac_sequencer.sv', '(bank | ~cmd_dst)', 'bank'),
        Edit('sumac_sequencer.sv', "else if (cmd_done) done_q <= '0;", 'else if (cmd_done) done_q <= done_d;')]),
    Property('sequencer and interlock, 4 rows (long)', 'prove_psums', {'PsumDepth': 4, 'Latency': 3, 'Cols': 3}, [
        Edit('sumac_sequencer.sv', '& ~(bank_busy_i & (bank | ~cmd_dst))', ''),
        Edit('sumac_psums.sv', '.clear_i    (clear_bank)', ".clear_i    (1'b0)")], long=True),
    Property('weights, 2 x 1, L = 1', 'prove_array', {}, [
        Edit('sumac_loader.sv', 'beat & (count_q >= CountW\'(r))', 'beat & (count_q > CountW\'(r))'),
        Edit('sumac_act_edge.sv', '.First(1), .Step(AddDepth)) u_skew_swap', '.First(2), .Step(AddDepth)) u_skew_swap')],
             abstract=True),
    Property('weights, 2 x 2, L = 2', 'prove_array', {'Cols': 2, 'AddDepth': 2}, [
        Edit('sumac_loader.sv', '.Lanes(Cols), .Width(2), .First(1)', '.Lanes(Cols), .Width(2), .First(1), .Step(0)')],
             abstract=True),
    Property('weights, 2 x 1, L = 3', 'prove_array', {'AddDepth': 3}, [
        Edit('sumac_loader.sv', "gap_q <= GapW'(Gap - 1);", "gap_q <= '0;")], abstract=True),
    Property('weights, 3 x 1, L = 3 (long)', 'prove_array', {'Rows': 3, 'AddDepth': 3}, [
        Edit('sumac_loader.sv', "gap_q <= GapW'(Gap - 1);", "gap_q <= GapW'(Gap - 2);")],
             abstract=True, long=True),
    Property('core 2 x 2: moves, and counts', 'prove_core', {'Data': 0}, [
        Edit('sumac_core.sv', "FlightW'(beat) - FlightW'(out_any)", "FlightW'(beat) - FlightW'(out_result)"),
        Edit('sumac_sequencer.sv', 'assign psum_ready_o = go & act_valid_i & stream;',
             'assign psum_ready_o = go & stream;')], abstract=True),
    Property('core 2 x 2: every word', 'prove_core', {}, [
        Edit('sumac_core.sv', '.Step (-1)', '.Step (0)'),
        Edit('sumac_psums.sv', '.Lanes(Cols), .First(3)', '.Lanes(Cols), .First(2)')], abstract=True, depth=16),
    Property('post unit, L = 1', 'prove_post', {}, [
        Edit('sumac_post.sv', '.Depth(1 + 2 * AddDepth), .Width(TagW)', '.Depth(2 * AddDepth), .Width(TagW)'),
        Edit('sumac_post.sv', ".in_valid_i (due)", ".in_valid_i  (due & out_ready_i)")], abstract=True),
    Property('reads: every word', 'prove_read', {'WordsW': 3}, [
        Edit('sumac_read.sv', 'r_last_i & burst_last_q', 'burst_last_q'),
        Edit('sumac_read.sv', 'by_i(first)', "by_i('0)"),
        Edit('sumac_read.sv', "done_q + (LineW + 1)'(count)", "done_q + (LineW + 1)'(BusWords)")],
             edits=(Edit('sumac_read.sv', 'localparam int LineW = 8;', 'localparam int LineW = 2;'),), depth=9),
    Property('AXI4 reads: the port', 'prove_port', {}, [
        Edit('sumac_read.sv', '(~stop_i | offered_q)', '~stop_i'),
        Edit('sumac_read.sv', "room   = open != (PtrW + 1)'(Outstanding)", "room   = 1'b1"),
        Edit('sumac_read.sv', "words   = last ? left_q[LineW:0] : to_line", "words   = last ? left_q[LineW:0] : (LineW + 1)'(2 ** LineW)")]),
    Property('AXI4 writes: the port', 'prove_port', {'Writes': 1}, [
        Edit('sumac_writer.sv', "ahead < 16'(to_line) ? (PageW + 1)'(ahead) : to_line", "(PageW + 1)'(ahead)"),
        Edit('sumac_writer.sv', "room     = waiting != (PtrW + 1)'(Outstanding)", "room     = 1'b1"),
        Edit('sumac_writer.sv', "{burst == (PageW + 1)'(count), strobe}", "{row_end, strobe}")],
             abstract=True, depth=12),
    Property('writes: every address (long)', 'prove_writer', {'Data': 0}, [
        Edit('sumac_writer.sv', "(unit ? AddrW'(count) : col_stride)", "(unit ? AddrW'(1) : col_stride)"),
        Edit('sumac_writer.sv', "(state_q == Finish) & (waiting == '0)", '(state_q == Finish)')],
             abstract=True, edits=(SHORT_LINES,), depth=10, long=True),
    Property('writes: every word', 'prove_writer', {'Cols': 2, 'Size': 2}, [
        Edit('sumac_writer.sv', "by = TurnW'(word_q) - TurnW'(first)", "by = TurnW'(word_q)"),
        Edit('sumac_writer.sv', '.in_relu_i       (relu)', ".in_relu_i       (1'b0)")],
             abstract=True, edits=(SHORT_LINES,), depth=11),
    Property('writes: every address, any window (long)', 'prove_writer', {'Data': 0, 'Window': 1}, [
        Edit('sumac_writer.sv', "(end_addr <= {1'b0, limit_i})", "(addr_q <= limit_i)")],
             abstract=True, edits=(SHORT_LINES,), depth=9, long=True),
    Property('registers, AXI4-Lite', 'prove_regs', {}, [
        Edit('sumac_regs.sv', '(~b_valid_o | b_ready_i);', "1'b1;"),
        Edit('sumac_regs.sv', 'end else if (r_ready_i) begin', 'end else begin'),
        Edit('sumac_regs.sv', 'if (error_i && !stopped_q) begin', 'if (error_i) begin')]),
]
