#include "actors/room/text_filter.hpp"

#include <gtest/gtest.h>

namespace lightstick::actors::room {
namespace {

bool found(const std::vector<std::string>& words, std::string_view text) {
  return word_filter{words}.finds(folded(text));
}

TEST(text_filter, case_width_and_composition_do_not_hide_a_word) {
  EXPECT_TRUE(found({"spam"}, "SPAM"));
  EXPECT_TRUE(found({"spam"}, "ｓｐａｍ")) << "full width";
  EXPECT_TRUE(found({"spam"}, "sp\u200Bam")) << "a zero-width space in it";
  EXPECT_TRUE(found({"straße"}, "STRASSE"));
  EXPECT_TRUE(found({"caf\u00E9"}, "cafe\u0301"));
  EXPECT_TRUE(found({"ﬁne"}, "fine")) << "a ligature in the list";
  EXPECT_FALSE(found({"spam"}, "ham"));
}

TEST(text_filter, finds_korean_words_however_they_are_composed_and_inside_of_others) {
  EXPECT_TRUE(found({"바보"}, "이 바보야"));
  EXPECT_TRUE(found({"바보"}, "\u1107\u1161\u1107\u1169")) << "written in single jamo";
  EXPECT_TRUE(found({"\u1107\u1161\u1107\u1169"}, "바보"));
  EXPECT_FALSE(found({"바보"}, "바다 보기"));
}

TEST(text_filter, finds_japanese_words_in_either_kana_and_any_width) {
  EXPECT_TRUE(found({"ばか"}, "お前はバカだ"));
  EXPECT_TRUE(found({"バカ"}, "ばかですね"));
  EXPECT_TRUE(found({"バカ"}, "ﾊﾞｶ")) << "half width";
  EXPECT_TRUE(found({"馬鹿"}, "大馬鹿者"));
  EXPECT_FALSE(found({"ばか"}, "ばらか"));
}

TEST(text_filter, a_word_between_spaces_is_not_found_inside_of_another) {
  EXPECT_FALSE(found({"ass"}, "first class"));
  EXPECT_TRUE(found({"ass"}, "you ass!"));
  EXPECT_TRUE(found({"дурак"}, "ты ДУРАК."));
  EXPECT_TRUE(found({"noob"}, "너는noob이야")) << "between other scripts it stands alone";
  EXPECT_TRUE(found({"two words"}, "these TWO WORDS here"));
}

TEST(text_filter, a_list_finds_any_of_its_words_and_an_empty_one_nothing) {
  EXPECT_TRUE(found({"one", "other", "ordinary"}, "an ordinary day"));
  EXPECT_FALSE(found({}, "anything"));
  EXPECT_FALSE(found({"", "\u200B"}, "anything"));
  EXPECT_TRUE(word_filter{{"\u200B"}}.empty());
}

TEST(text_filter, what_is_not_utf8_harms_nothing) {
  EXPECT_TRUE(found({"spam"}, "\xFF\xFE spam \x80"));
  EXPECT_TRUE(folded("").empty());
  EXPECT_EQ(folded(std::string(4096, '\xEF')).size(), 4096U);
}

TEST(text_filter, a_text_may_grow_by_folding) {
  std::string ligatures;
  for (int i = 0; i < 100; ++i) ligatures += "\uFDFA";  // one character that stands for eighteen
  EXPECT_GT(folded(ligatures).size(), 1500U);
}

TEST(text_filter, finds_links) {
  for (const auto* text : {"see https://a.example", "www.example", "example.com", "go to Example.COM/x now",
                           "ａ.ｃｏｍ", "이거 봐 abc.co.kr 지금", "ftp://x"}) {
    EXPECT_TRUE(has_link(folded(text))) << text;
  }
  for (const auto* text : {"hello. how are you", "3.14", "well...com on", "the end.", "e.g. this", "see.you", "."}) {
    EXPECT_FALSE(has_link(folded(text))) << text;
  }
}

}  // namespace
}  // namespace lightstick::actors::room
