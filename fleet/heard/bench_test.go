package heard

import "testing"

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		New(OfSilence())
	}
}

func BenchmarkFind(b *testing.B) {
	book := New(OfSilence())
	for b.Loop() {
		if _, ok := book.Find("no answer within 10s: http://10.0.0.2:8888/metrics: wait for the answer", Plainly); !ok {
			b.Fatal("it is not found")
		}
	}
}
