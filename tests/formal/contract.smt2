; SPDX-License-Identifier: Apache-2.0
;
; The arithmetic contract (docs/arithmetic.md) on bit-vectors and on SMT-LIB's own floating-point
; numbers: what the proofs compare the RTL and the reference with. Written from that page alone.

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

; add(w, +0): how a word counts in a sum that it enters, and what ends a fold.
(define-fun closed ((w (_ BitVec 32))) (_ BitVec 32)
  (ite (is_nan w) nan_word (ite (is_zero w) #x00000000 w)))
; The sum, closed, where an operand is a zero or a NaN.
(define-fun is_plain ((a (_ BitVec 32)) (b (_ BitVec 32))) Bool
  (or (is_zero a) (is_zero b) (is_nan a) (is_nan b)))
(define-fun plain_sum ((a (_ BitVec 32)) (b (_ BitVec 32))) (_ BitVec 32)
  (ite (or (is_nan a) (is_nan b)) nan_word (ite (is_zero a) (closed b) (closed a))))

; The exponent of a normal word as that of an integer of n + 1 bits, and what was taken off for it.
(define-fun taken_off ((a (_ BitVec 32)) (n (_ BitVec 8))) (_ BitVec 31)
  (concat (bvsub ((_ extract 30 23) a) (bvadd #x7F n)) (_ bv0 23)))
(define-fun less ((w (_ BitVec 32)) (m (_ BitVec 31))) Float32
  ((_ to_fp 8 24) (pack (sign w) (bvsub (mag w) m))))
; w = narrow(a) into E8Mn: the number rounded where its last bit counts 1.
(define-fun is_narrow ((w (_ BitVec 32)) (a (_ BitVec 32)) (n (_ BitVec 8))) Bool
  (ite (is_nan a) (= w nan_word)
  (ite (is_zero a) (= w (pack (sign a) zero_mag))
  (ite (is_inf a) (= w a)
    (= (less w (taken_off a n)) (fp.roundToIntegral RNE (less a (taken_off a n))))))))

; Rounding to 24 bits, the exponent unbounded: `nearest` is the word of the significand alone, and the
; word of significand * 2^exponent is that one with another exponent, or a zero, or an infinity.
(define-fun is_nearest ((nearest (_ BitVec 32)) (significand (_ BitVec 64))) Bool
  (= ((_ to_fp 8 24) nearest) ((_ to_fp_unsigned 8 24) RNE significand)))
(define-fun scaled
    ((s (_ BitVec 1)) (nearest (_ BitVec 32)) (exponent (_ BitVec 64))) (_ BitVec 32)
  (let ((e (bvadd ((_ zero_extend 56) ((_ extract 30 23) nearest)) exponent)))
    (ite (bvslt e (_ bv1 64)) (pack s zero_mag)
    (ite (bvsgt e (_ bv254 64)) (pack s inf_mag)
      (concat s ((_ extract 7 0) e) ((_ extract 22 0) nearest))))))

; mul: of normal operands, |value| = significand * 2^scale, the significands' product is rounded.
(define-fun significand ((w (_ BitVec 32))) (_ BitVec 64)
  (concat (_ bv1 41) ((_ extract 22 0) w)))
(define-fun scale ((w (_ BitVec 32))) (_ BitVec 64)
  (bvsub ((_ zero_extend 56) ((_ extract 30 23) w)) (_ bv150 64)))
(define-fun mul ((a (_ BitVec 32)) (b (_ BitVec 32)) (nearest (_ BitVec 32))) (_ BitVec 32)
  (let ((s (bvxor (sign a) (sign b))))
    (ite (or (is_nan a) (is_nan b) (and (is_inf a) (is_zero b)) (and (is_zero a) (is_inf b)))
      nan_word
    (ite (or (is_inf a) (is_inf b)) (pack s inf_mag)
    (ite (or (is_zero a) (is_zero b)) (pack s zero_mag)
      (scaled s nearest (bvadd (scale a) (scale b))))))))

; fused, alignment: of a normal word's significand the integer, the greatest exponent field being e. In
; 2^-255 of the unit 2^(e-153) the number v = 8 f 2^(x-e) is an integer of 282 bits.
(define-fun aligned ((w (_ BitVec 32)) (e (_ BitVec 8))) (_ BitVec 27)
  (let ((v (bvlshr (concat #b1 ((_ extract 22 0) w) (_ bv0 258))
                   ((_ zero_extend 274) (bvsub e ((_ extract 30 23) w))))))
    (let ((below ((_ extract 281 255) v)))  ; the neighbour towards 0
      (ite (bvult v (bvshl (_ bv1 282) (_ bv255 282))) (_ bv0 27)
      (ite (= ((_ extract 254 0) v) (_ bv0 255)) below
      (ite (= ((_ extract 0 0) below) #b1) below (bvadd below (_ bv1 27))))))))
(define-fun with_sign ((s (_ BitVec 1)) (v (_ BitVec 27))) (_ BitVec 64)
  (ite (= s #b1) (bvneg ((_ zero_extend 37) v)) ((_ zero_extend 37) v)))
; Rounding: the word of S 2^(e-153), `nearest` being that of |S|.
(define-fun magnitude ((s (_ BitVec 64))) (_ BitVec 64) (ite (bvslt s (_ bv0 64)) (bvneg s) s))
(define-fun rounded ((s (_ BitVec 64)) (nearest (_ BitVec 32)) (e (_ BitVec 8))) (_ BitVec 32)
  (ite (= s (_ bv0 64)) #x00000000
    (closed (scaled ((_ extract 63 63) s) nearest (bvsub ((_ zero_extend 56) e) (_ bv153 64))))))

; The piecewise affine functions. The difference of two magnitude fields, 34 bits, signed.
(define-fun one () (_ BitVec 34) ((_ zero_extend 2) #x3F800000))
(define-fun padiv ((a (_ BitVec 32)) (b (_ BitVec 32))) (_ BitVec 32)
  (let ((r (bvadd (bvsub ((_ zero_extend 3) (mag a)) ((_ zero_extend 3) (mag b))) one))
        (s (bvxor (sign a) (sign b))))
    (ite (or (is_nan a) (is_nan b) (and (is_inf a) (is_inf b)) (and (is_zero a) (is_zero b)))
      nan_word
    (ite (or (is_inf a) (is_zero b)) (pack s inf_mag)
    (ite (or (is_zero a) (is_inf b)) #x00000000
    (ite (bvslt r ((_ zero_extend 2) #x00800000)) #x00000000
    (ite (bvsge r ((_ zero_extend 2) #x7F800000)) (pack s inf_mag)
      (pack s ((_ extract 30 0) r)))))))))
(define-fun pasqrt ((a (_ BitVec 32))) (_ BitVec 32)
  (ite (is_nan a) nan_word
  (ite (is_zero a) #x00000000
  (ite (= (sign a) #b1) nan_word
  (ite (is_inf a) #x7F800000
    (bvlshr (bvadd #x3F800000 a) #x00000001))))))
(define-fun paexp2 ((a (_ BitVec 32))) (_ BitVec 32)
  (let ((in_units (fp.mul RNE (value a) ((_ to_fp 8 24) #x4B000000))))  ; 2^23
    (let ((r (bvadd one ((_ fp.to_sbv 34) RTZ in_units))))
      (ite (is_nan a) nan_word
      (ite (bvuge (mag a) ((_ extract 30 0) #x43000000))
        (ite (= (sign a) #b1) #x00000000 #x7F800000)
      (ite (bvslt r ((_ zero_extend 2) #x00800000)) #x00000000
        ((_ extract 31 0) r)))))))
; w = palog2(a). As a Float32 the number of units is rounded; 2^-23 of that is exact.
(define-fun is_palog2 ((w (_ BitVec 32)) (a (_ BitVec 32))) Bool
  (ite (is_nan a) (= w nan_word)
  (ite (is_zero a) (= w #xFF800000)
  (ite (= (sign a) #b1) (= w nan_word)
  (ite (is_inf a) (= w #x7F800000)
    (= ((_ to_fp 8 24) w) (fp.mul RNE ((_ to_fp 8 24) RNE (bvsub a #x3F800000))
                                      ((_ to_fp 8 24) #x34000000))))))))  ; 2^-23
