; SPDX-License-Identifier: Apache-2.0
;
; The arithmetic contract (docs/arithmetic.md) on bit-vectors and on SMT-LIB's own floating-point
; numbers: what the proofs compare the RTL with. Written from that page, not from the RTL.

(define-fun nan_word () (_ BitVec 32) #x7FC00000)
(define-fun sign ((w (_ BitVec 32))) (_ BitVec 1) ((_ extract 31 31) w))
(define-fun mag ((w (_ BitVec 32))) (_ BitVec 31) ((_ extract 30 0) w))
(define-fun pack ((s (_ BitVec 1)) (m (_ BitVec 31))) (_ BitVec 32) (concat s m))
(define-fun inf_mag () (_ BitVec 31) ((_ extract 30 0) #x7F800000))
(define-fun zero_mag () (_ BitVec 31) ((_ extract 30 0) #x00000000))
(define-fun is_nan ((w (_ BitVec 32))) Bool (bvugt (mag w) inf_mag))
(define-fun is_inf ((w (_ BitVec 32))) Bool (= (mag w) inf_mag))
; DAZ: a subnormal operand is read as zero.
(define-fun is_zero ((w (_ BitVec 32))) Bool (= ((_ extract 30 23) w) #x00))

; pam, "the product that is an integer add". The sum r lies in [-0x3E800000, 0xC0000000):
; 34 bits, signed, hold it.
(define-fun pam_sum
    ((a (_ BitVec 32)) (b (_ BitVec 32)) (comp (_ BitVec 23))) (_ BitVec 34)
  (bvadd ((_ zero_extend 3) (mag a)) ((_ zero_extend 3) (mag b))
         (bvneg ((_ zero_extend 2) #x3F800000)) ((_ zero_extend 11) comp)))
(define-fun pam ((a (_ BitVec 32)) (b (_ BitVec 32)) (comp (_ BitVec 23))) (_ BitVec 32)
  (let ((r (pam_sum a b comp)) (s (bvxor (sign a) (sign b))))
    (ite (or (is_nan a) (is_nan b) (and (is_inf a) (is_zero b)) (and (is_zero a) (is_inf b)))
      nan_word
    (ite (or (is_inf a) (is_inf b)) (pack s inf_mag)
    (ite (or (is_zero a) (is_zero b)) #x00000000
    (ite (bvslt r ((_ zero_extend 2) #x00800000)) #x00000000
    (ite (bvsge r ((_ zero_extend 2) #x7F800000)) (pack s inf_mag)
      (pack s ((_ extract 30 0) r)))))))))

; The number that a word stands for, DAZ.
(define-fun value ((w (_ BitVec 32))) Float32
  ((_ to_fp 8 24) (ite (is_zero w) (pack (sign w) zero_mag) w)))

; `w` is the word of x: FTZ, one NaN. A relation, for SMT-LIB has no function from a
; floating-point number to its word.
(define-fun is_word_of ((w (_ BitVec 32)) (x Float32)) Bool
  (ite (fp.isNaN x) (= w nan_word)
  (ite (fp.isSubnormal x) (= w (ite (fp.isNegative x) #x80000000 #x00000000))
    (= ((_ to_fp 8 24) w) x))))

; add, "the accumulator": w = add(a, b).
(define-fun is_add ((w (_ BitVec 32)) (a (_ BitVec 32)) (b (_ BitVec 32))) Bool
  (is_word_of w (fp.add RNE (value a) (value b))))
