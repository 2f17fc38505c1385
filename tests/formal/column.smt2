; SPDX-License-Identifier: Apache-2.0
;
; A column of the array is the fold, by induction over its rows. add, the adder of loose words and
; what stands at the ends are here any functions of which the lemmas hold; each of these is a theorem
; of this folder, stated of the words below.

(declare-fun add ((_ BitVec 32) (_ BitVec 32)) (_ BitVec 32))
(declare-fun loose_add ((_ BitVec 32) (_ BitVec 32)) (_ BitVec 32))  ; sumac_fadd, Loose = 1, Depth = 1
(declare-fun loosen ((_ BitVec 32)) (_ BitVec 32))
(declare-fun settle ((_ BitVec 32)) (_ BitVec 32))

(declare-const c_in (_ BitVec 32))
(declare-const acc (_ BitVec 32))      ; the fold of the rows above
(declare-const product (_ BitVec 32))  ; pam of this row's activation and weight
(declare-const psum (_ BitVec 32))     ; the element's psum_i, product and sum_o: loose words
(declare-const loose_product (_ BitVec 32))
(declare-const sum (_ BitVec 32))

(define-fun added () (_ BitVec 32) (add (settled psum) (settled loose_product)))

; loosen
(assert (= (settled (loosen c_in)) (closed c_in)))
; PE product
(assert (= (settled loose_product) product))
; PE sum, AddDepth 1 to 4
(assert (= (settled sum) (settled (loose_add psum loose_product))))
; loose add, Depth 1 as add; add, Depth 1
(assert (= (settled (loose_add psum loose_product)) (settled added)))
; C++ add, which is add: a NaN is the one NaN ...
(assert (=> (is_nan added) (= added nan_word)))
; ... C++ add, a zero or a NaN
(define-fun plain ((a (_ BitVec 32)) (b (_ BitVec 32))) Bool
  (=> (is_plain a b) (= (closed (add a b)) (plain_sum a b))))
(assert (plain acc product))
(assert (plain (closed acc) (closed product)))
; ... C++ add, +0
(assert (= (add acc #x00000000) (closed acc)))
; settle
(assert (= (settle psum) (settled psum)))

; What holds between the rows, of a loose word and of the fold's sum there.
(define-fun stands_for ((loose (_ BitVec 32)) (word (_ BitVec 32))) Bool
  (= (settled loose) (closed word)))
(define-fun column () Bool (and
  (stands_for (loosen c_in) c_in)                                   ; above the first row
  (=> (stands_for psum acc) (stands_for sum (add acc product)))     ; from row to row
  (=> (stands_for psum acc) (= (settle psum) (add acc #x00000000))))) ; below the last one
