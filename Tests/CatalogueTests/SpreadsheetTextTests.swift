import Catalogue
import Testing

/// CSV that a spreadsheet takes for data alone.
@Suite struct SpreadsheetTextTests {
  @Test(arguments: [
    ("a,=1+1\n", "a,'=1+1\n"),
    ("\"=HYPERLINK(\"\"x\"\",1)\",b\n", "\"'=HYPERLINK(\"\"x\"\",1)\",b\n"),
    ("+cmd,-x,@SUM(A1)\n", "'+cmd,'-x,'@SUM(A1)\n"), ("\t=1,\"\r=1\"\n", "'\t=1,\"'\r=1\"\n"),
    ("-,+,--1,-1-1,1e5=\n", "'-,'+,'--1,'-1-1,1e5=\n"),
  ])
  func formulasBecomeText(csv: String, safe: String) {
    let bytes = SpreadsheetText.safe(Array(csv.utf8))
    #expect(bytes.starts(with: SpreadsheetText.byteOrderMark))
    #expect(String(decoding: bytes.dropFirst(3), as: UTF8.self) == safe)
    let count = safe.utf8.count - csv.utf8.count
    #expect(SpreadsheetText.formulaCount(in: Array(csv.utf8)) == count)
    #expect(SpreadsheetText.formulaCount(in: bytes) == 0)
    #expect(SpreadsheetText.safe(bytes) == bytes, "what is safe stays as it is")
  }

  @Test(arguments: [
    "", "\n", "1,-1,+2.5,-.5,-1e-7,1E+3\n", "a=b,a\"\n", "\"a\n=b\",\"x,=y\"\n", "\"\",\"\"\"=\"\n",
    "'=1\n", ",,\n", "\"never closed =",
  ])
  func allElseStays(csv: String) {
    #expect(SpreadsheetText.formulaCount(in: Array(csv.utf8)) == 0)
    #expect(SpreadsheetText.safe(Array(csv.utf8)).dropFirst(3).elementsEqual(csv.utf8))
  }

  @Test func theApostropheComesOff() {
    for field in ["=1", "-x", "@a", "+", "\ta", "\ra"] {
      #expect(SpreadsheetText.unprotected("'" + field) == field)
    }
    for field in ["", "'", "'tis", "''=1", "-1", "=1"] {
      #expect(SpreadsheetText.unprotected(field) == field)
    }
  }
}
