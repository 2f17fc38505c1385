// SPDX-License-Identifier: Apache-2.0
//
// The registers of docs/registers.md on an AXI4-Lite port. One write and one read at a time; an
// answer comes in the cycle after a request has been taken. A soft reset clears all but those that
// a driver configures.
//
// soft_o is high from the write of CONTROL to the reset (soft_reset_i), which the surroundings
// give when the bus is quiet.
//
// Example: a read of offset 0 gives 0x414D5553.
module sumac_regs #(
  parameter int Rows      = 16,
  parameter int Cols      = 16,
  parameter int Mul       = 0,
  parameter int ManBits   = 23,
  parameter int Comp      = 0,
  parameter int AddDepth  = 2,
  parameter int PsumDepth = 512,
  parameter int AWords    = 32768,
  parameter int BWords    = 32768,
  parameter int BusWords  = 4,
  parameter int AddrW     = 30
) (
  input  logic             clk_i,
  input  logic             rst_ni,
  // AXI4-Lite.
  input  logic             aw_valid_i,
  output logic             aw_ready_o,
  input  logic [7:0]       aw_addr_i,
  input  logic             w_valid_i,
  output logic             w_ready_o,
  input  logic [31:0]      w_data_i,
  input  logic [3:0]       w_strb_i,
  output logic             b_valid_o,
  input  logic             b_ready_i,
  output logic [1:0]       b_resp_o,
  input  logic             ar_valid_i,
  output logic             ar_ready_o,
  input  logic [7:0]       ar_addr_i,
  output logic             r_valid_o,
  input  logic             r_ready_i,
  output logic [31:0]      r_data_o,
  output logic [1:0]       r_resp_o,
  output logic             irq_o,
  // Configuration.
  output logic             soft_o,
  input  logic             soft_reset_i,
  output logic [AddrW-1:0] queue_base_o,
  output logic [15:0]      queue_mask_o,
  output logic [31:0]      tail_o,
  output logic [31:0]      done_o,
  output logic [AddrW-1:0] base_o,
  output logic [AddrW-1:0] limit_o,
  // Events.
  input  logic             busy_i,
  input  logic             done_i,        // a descriptor is done
  input  logic             error_i,       // with its code and address; the first one counts
  input  logic [2:0]       error_code_i,
  input  logic [AddrW-1:0] error_addr_i,
  output logic             stopped_o,
  input  logic [8:0]       count_i        // counters to add 1 to, COUNT_CYCLES first
);

  `include "sumac_registers.svh"

  localparam logic [1:0] Okay     = 2'd0;
  localparam logic [1:0] SlvErr   = 2'd2;
  localparam int         Counters = 9;

  // ---- Writes ----
  logic        write, writable;
  logic [1:0]  irq_enable_q, irq_q, irq_event;
  logic        soft_q, clear;

  assign write      = aw_valid_i & w_valid_i & (~b_valid_o | b_ready_i);
  assign aw_ready_o = write;
  assign w_ready_o  = write;
  assign clear      = soft_reset_i;

  always_comb begin
    unique case (aw_addr_i)
      RegControl, RegIrqEnable, RegIrqStatus, RegQueueBase, RegQueueMask, RegQueueTail,
      RegWindowBase, RegWindowLimit: writable = w_strb_i == 4'hF;
      default:                       writable = 1'b0;
    endcase
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      b_valid_o <= 1'b0;
      b_resp_o  <= Okay;
    end else if (write) begin
      b_valid_o <= 1'b1;
      b_resp_o  <= writable ? Okay : SlvErr;
    end else if (b_ready_i) begin
      b_valid_o <= 1'b0;
    end
  end

  // Configuration, kept by a soft reset.
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      irq_enable_q <= '0;
      queue_base_o <= '0;
      queue_mask_o <= '0;
      base_o       <= '0;
      limit_o      <= '0;
    end else if (write && writable) begin
      unique case (aw_addr_i)
        RegIrqEnable:   irq_enable_q <= w_data_i[1:0];
        RegQueueBase:   queue_base_o <= w_data_i[AddrW-1:0];
        RegQueueMask:   queue_mask_o <= w_data_i[15:0];
        RegWindowBase:  base_o       <= w_data_i[AddrW-1:0];
        RegWindowLimit: limit_o      <= w_data_i[AddrW-1:0];
        default: ;
      endcase
    end
  end

  // State.
  logic             stopped_q;
  logic [2:0]       error_code_q;
  logic [AddrW-1:0] error_addr_q;

  assign irq_event = {error_i & ~stopped_q, done_i & (done_o + 32'd1 == tail_o)};
  assign irq_o     = |(irq_q & irq_enable_q);
  assign soft_o    = soft_q;
  assign stopped_o = stopped_q;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      soft_q       <= 1'b0;
      irq_q        <= '0;
      tail_o       <= '0;
      done_o       <= '0;
      stopped_q    <= 1'b0;
      error_code_q <= '0;
      error_addr_q <= '0;
    end else if (clear) begin
      soft_q       <= 1'b0;
      irq_q        <= '0;
      tail_o       <= '0;
      done_o       <= '0;
      stopped_q    <= 1'b0;
      error_code_q <= '0;
      error_addr_q <= '0;
    end else begin
      irq_q <= irq_q | irq_event;
      if (write && writable) begin
        unique case (aw_addr_i)
          RegControl:   soft_q <= soft_q | w_data_i[0];
          RegIrqStatus: irq_q  <= (irq_q & ~w_data_i[1:0]) | irq_event;
          RegQueueTail: tail_o <= w_data_i;
          default: ;
        endcase
      end
      if (done_i) done_o <= done_o + 32'd1;
      if (error_i && !stopped_q) begin
        stopped_q    <= 1'b1;
        error_code_q <= error_code_i;
        error_addr_q <= error_addr_i;
      end
    end
  end

  // ---- Counters ----
  logic [Counters*32-1:0] counts;

  for (genvar i = 0; i < Counters; i++) begin : gen_counter
    logic [31:0] count_q;
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) count_q <= '0;
      else if (clear) count_q <= '0;
      else count_q <= count_q + 32'(count_i[i]);
    end
    assign counts[i*32 +: 32] = count_q;
  end

  // ---- Reads ----
  logic        read, known;
  logic [31:0] data;

  assign read       = ar_valid_i & (~r_valid_o | r_ready_i);
  assign ar_ready_o = read;

  always_comb begin
    known = 1'b1;
    unique case (ar_addr_i)
      RegId:           data = 32'h414D5553;
      RegGeometry:     data = {4'd0, 4'(AddDepth), 8'(BusWords), 8'(Cols), 8'(Rows)};
      RegArithmetic:   data = {1'(Mul), 2'd0, 5'(ManBits), 1'b0, 23'(Comp)};
      RegBuffers:      data = {8'd0, 8'($clog2(PsumDepth)), 8'($clog2(BWords)), 8'($clog2(AWords))};
      RegControl:      data = 32'(soft_q);
      RegStatus:       data = {30'd0, stopped_q, busy_i};
      RegIrqEnable:    data = 32'(irq_enable_q);
      RegIrqStatus:    data = 32'(irq_q);
      RegQueueBase:    data = 32'(queue_base_o);
      RegQueueMask:    data = 32'(queue_mask_o);
      RegQueueTail:    data = tail_o;
      RegDone:         data = done_o;
      RegWindowBase:   data = 32'(base_o);
      RegWindowLimit:  data = 32'(limit_o);
      RegErrorCode:    data = 32'(error_code_q);
      RegErrorAddress: data = 32'(error_addr_q);
      default: begin
        data  = '0;
        known = 1'b0;
        for (int i = 0; i < Counters; i++) begin
          if (32'(ar_addr_i) == 32'(RegCountCycles) + 4 * i) begin
            data  = counts[i*32 +: 32];
            known = 1'b1;
          end
        end
      end
    endcase
  end

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      r_valid_o <= 1'b0;
      r_data_o  <= '0;
      r_resp_o  <= Okay;
    end else if (read) begin
      r_valid_o <= 1'b1;
      r_data_o  <= data;
      r_resp_o  <= known ? Okay : SlvErr;
    end else if (r_ready_i) begin
      r_valid_o <= 1'b0;
    end
  end

endmodule
