"""Surnames whose reading differs from the character's usual one, and compound surnames.

The surname reading stands first, then every other reading that bearers use or a searcher may type. Simplified script;
a name in the other script is folded before. Syllables of a compound are divided by a blank.
"""

SINGLE: dict[str, tuple[str, ...]] = {
    "单": ("shan", "dan", "chan"), "曾": ("zeng", "ceng"), "解": ("xie", "jie", "hai"), "仇": ("qiu", "chou"),
    "查": ("zha", "cha"), "朴": ("piao", "pu"), "区": ("ou", "qu"), "任": ("ren",), "华": ("hua",),
    "盖": ("ge", "gai"), "缪": ("miao", "mou", "miu"), "种": ("chong", "zhong"), "召": ("shao", "zhao"),
    "尹": ("yin",), "尉": ("wei", "yu"), "翟": ("zhai", "di"), "乐": ("yue", "le"), "曲": ("qu",),
    "卜": ("bu", "bo"), "宓": ("mi", "fu"), "冼": ("xian",), "洗": ("xian", "xi"), "那": ("na", "nuo"),
    "黑": ("he", "hei"), "折": ("she", "zhe"), "乜": ("nie", "mie"), "员": ("yun", "yuan"), "郇": ("xun", "huan"),
    "句": ("gou", "ju"), "秘": ("bi", "mi"), "祭": ("zhai", "ji"), "长": ("chang", "zhang"), "车": ("che", "ju"),
    "重": ("chong", "zhong"), "柏": ("bai", "bo"), "薄": ("bo", "bao"), "褚": ("chu", "zhu"), "殷": ("yin", "yan"),
    "覃": ("qin", "tan"), "谌": ("chen", "shen"), "谭": ("tan", "qin"), "燕": ("yan",), "应": ("ying",),
    "万": ("wan", "mo"), "隗": ("wei", "kui"), "过": ("guo",), "相": ("xiang",), "角": ("jue", "jiao"),
    "繁": ("po", "fan"), "不": ("fou", "bu"), "牟": ("mou", "mu"), "适": ("kuo", "shi"), "盛": ("sheng", "cheng"),
    "莘": ("shen", "xin"), "郗": ("xi", "chi"), "葛": ("ge",), "夏": ("xia",), "佴": ("nai", "er"),
    "於": ("yu", "wu"), "于": ("yu",), "谷": ("gu", "yu"), "强": ("qiang", "jiang"), "降": ("jiang", "xiang"),
    "么": ("yao", "me"), "叶": ("ye",), "藏": ("zang", "cang"), "参": ("shen", "can"), "六": ("lu", "liu"),
    "陆": ("lu",), "呙": ("guo", "wo"), "费": ("fei", "bi"), "瞿": ("qu", "ju"), "粘": ("nian", "zhan"),
    "石": ("shi",), "宁": ("ning",), "俞": ("yu", "shu"), "肖": ("xiao",), "冯": ("feng",), "都": ("du",),
    "令": ("ling",), "哈": ("ha",), "纪": ("ji",), "教": ("jiao",), "将": ("jiang",),
}  # fmt: skip

COMPOUND: dict[str, tuple[str, ...]] = {
    "尉迟": ("yu chi", "wei chi"), "万俟": ("mo qi", "wan si"), "澹台": ("tan tai", "dan tai"),
    "长孙": ("zhang sun", "chang sun"), "单于": ("chan yu", "shan yu", "dan yu"), "令狐": ("ling hu",),
    "宇文": ("yu wen",), "慕容": ("mu rong",), "欧阳": ("ou yang",), "司马": ("si ma",), "上官": ("shang guan",),
    "诸葛": ("zhu ge",), "夏侯": ("xia hou",), "皇甫": ("huang fu",), "公孙": ("gong sun",), "东方": ("dong fang",),
    "司徒": ("si tu",), "司空": ("si kong",), "轩辕": ("xuan yuan",), "端木": ("duan mu",), "呼延": ("hu yan",),
    "赫连": ("he lian",), "南宫": ("nan gong",), "西门": ("xi men",), "东郭": ("dong guo",), "百里": ("bai li",),
    "闻人": ("wen ren",), "拓跋": ("tuo ba",), "独孤": ("du gu",), "钟离": ("zhong li",), "濮阳": ("pu yang",),
    "淳于": ("chun yu",), "鲜于": ("xian yu",), "太史": ("tai shi",), "申屠": ("shen tu",), "仲孙": ("zhong sun",),
    "第五": ("di wu",), "纳兰": ("na lan",), "完颜": ("wan yan",), "耶律": ("ye lv", "ye lu"), "公冶": ("gong ye",),
    "乐正": ("yue zheng", "le zheng"), "子车": ("zi ju", "zi che"), "宰父": ("zai fu",), "谷梁": ("gu liang",),
    "夹谷": ("jia gu",), "段干": ("duan gan",), "亓官": ("qi guan",), "左丘": ("zuo qiu",), "梁丘": ("liang qiu",),
    "南门": ("nan men",), "东里": ("dong li",), "颛孙": ("zhuan sun",), "漆雕": ("qi diao",), "壤驷": ("rang si",),
}  # fmt: skip
